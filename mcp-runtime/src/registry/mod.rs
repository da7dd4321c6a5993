//! What a server offers: collected, checked, listed from text made beforehand.
//!
//! ```text
//! update       what an author wants changed; the first registry is an update of nothing
//! places       every function there has been, in the order of the lists; no two have one name
//! entry        what is made of one definition: a tool, a resource or template, a prompt
//!   listed       what lists show of it, and what is wrong in its schemas
//!   mirrored     which of its arguments are repeated in headers
//!   completions  how its arguments are completed
//! catalogue    the entries of one list, written once per revision
//! seen         the part of one that a caller sees
//! mod          all of that: what answers for a name or a URI
//! template     the variables that make a URI of a template
//! ```

mod catalogue;
mod completions;
mod entry;
mod listed;
mod mirrored;
mod places;
mod seen;
mod template;
mod update;

use std::any::TypeId;
use std::sync::Arc;

pub(crate) use catalogue::Catalogue;
pub(crate) use completions::Completions;
use entry::{Entry, ListedAs};
pub(crate) use entry::{PromptEntry, ResourceEntry, ToolEntry};
use places::{Place, Places, Standing};
pub use update::Update;

use crate::handler::{Item, TextValue};

/// Everything a server offers at one time. It does not change: an update makes another, which
/// shares the entries of what stays.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) tools: Catalogue,
    pub(crate) resources: Catalogue,
    pub(crate) templates: Catalogue,
    pub(crate) prompts: Catalogue,
    templates_in_order: Vec<Readable>,
    completes: bool,
    places: Places,
    page_size: usize,
}

/// What answers for a URI, though it may be disabled: then nothing else does.
#[derive(Debug)]
struct Readable {
    entry: Arc<ResourceEntry>,
    enabled: bool,
}

/// The values of a template's variables in one URI.
pub(crate) type Variables = Vec<(&'static str, TextValue)>;

impl Default for Registry {
    /// Offers nothing.
    fn default() -> Self {
        Self::of(Places::default(), 1)
    }
}

impl Registry {
    /// What an update makes of nothing. All mistakes are reported at once; `has` knows the server's state.
    pub(crate) fn new(
        page_size: usize,
        update: &Update,
        has: &dyn Fn(TypeId) -> bool,
    ) -> Result<Self, Vec<String>> {
        Self::with(Places::default(), page_size, update, has)
    }

    /// What an update makes of this one.
    pub(crate) fn updated(
        &self,
        update: &Update,
        has: &dyn Fn(TypeId) -> bool,
    ) -> Result<Self, Vec<String>> {
        Self::with(self.places.clone(), self.page_size, update, has)
    }

    fn with(
        mut places: Places,
        page_size: usize,
        update: &Update,
        has: &dyn Fn(TypeId) -> bool,
    ) -> Result<Self, Vec<String>> {
        let mut mistakes = places.apply(update);
        mistakes.extend(places.missing_state(has));
        if mistakes.is_empty() { Ok(Self::of(places, page_size)) } else { Err(mistakes) }
    }

    /// What is wrong in schemas of types, which are otherwise looked at when somebody asks for them.
    pub(crate) fn late_mistakes(&self) -> Vec<String> {
        let mistakes = |item| match item {
            Item::Tool(def) => listed::schemas(def).1,
            Item::Resource(_) | Item::Prompt(_) => Vec::new(),
        };
        self.places.items().flat_map(mistakes).collect()
    }

    fn of(places: Places, page_size: usize) -> Self {
        let mut registry = Self {
            tools: Catalogue::new("tools", page_size),
            resources: Catalogue::new("resources", page_size),
            templates: Catalogue::new("resourceTemplates", page_size),
            prompts: Catalogue::new("prompts", page_size),
            templates_in_order: Vec::new(),
            completes: false,
            places: Places::default(),
            page_size,
        };
        places.iter().for_each(|place| registry.add(place));
        Self { places, ..registry }
    }

    fn add(&mut self, place: &Place) {
        let enabled = place.is_enabled();
        match &place.entry {
            Entry::Tool(entry) => {
                self.tools.push(
                    entry.def.name,
                    entry.def.scopes,
                    enabled.then(|| entry.clone() as _),
                );
            }
            Entry::Resource(entry) => self.add_resource(entry, place),
            Entry::Prompt(entry) => {
                let prompt = enabled.then(|| entry.prompt.clone() as _);
                self.prompts.push(entry.def.name, entry.def.scopes, prompt);
                self.completes |= !entry.completions.is_empty();
            }
        }
    }

    fn add_resource(&mut self, entry: &Arc<ResourceEntry>, place: &Place) {
        let (uri, scopes) = (entry.def.uri.source, entry.def.scopes);
        let enabled = place.is_enabled();
        match &entry.listed_as {
            ListedAs::Resource(resource) => {
                self.resources.push(uri, scopes, enabled.then(|| resource.clone() as _));
            }
            ListedAs::Template(template) => {
                self.templates.push(uri, scopes, enabled.then(|| template.clone() as _));
                self.completes |= !entry.completions.is_empty();
                if place.is_there() {
                    self.templates_in_order.push(Readable { entry: entry.clone(), enabled });
                }
            }
        }
    }

    /// The resource or template with exactly this URI.
    pub(crate) fn completions_of_uri(&self, uri: &str) -> Option<&Arc<ResourceEntry>> {
        match self.places.find("resource", uri) {
            Some(Place { entry: Entry::Resource(entry), standing: Standing::Enabled }) => {
                Some(entry)
            }
            _ => None,
        }
    }

    /// What needs scopes.
    pub(crate) fn scoped(&self) -> Vec<Item> {
        self.places.items().filter(|item| !item.scopes().is_empty()).collect()
    }

    pub(crate) fn offers_resources(&self) -> bool {
        self.resources.is_offered() || self.templates.is_offered()
    }

    /// Whether any argument can be completed, once what is disabled is not.
    pub(crate) fn completes(&self) -> bool {
        self.completes
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<ToolEntry>> {
        match self.places.find("tool", name) {
            Some(Place { entry: Entry::Tool(entry), standing: Standing::Enabled }) => Some(entry),
            _ => None,
        }
    }

    pub(crate) fn prompt(&self, name: &str) -> Option<&Arc<PromptEntry>> {
        match self.places.find("prompt", name) {
            Some(Place { entry: Entry::Prompt(entry), standing: Standing::Enabled }) => Some(entry),
            _ => None,
        }
    }

    /// The resource at `uri` and the variables of its template; a fixed URI wins over templates,
    /// an earlier template over a later one.
    pub(crate) fn resource(&self, uri: &str) -> Option<(&Arc<ResourceEntry>, Variables)> {
        if let Some(place) = self.places.find("resource", uri).filter(|place| place.is_there())
            && let Entry::Resource(fixed) = &place.entry
            && let ListedAs::Resource(_) = &fixed.listed_as
        {
            return Some((place.is_enabled().then_some(fixed)?, Vec::new()));
        }
        let mut templates = self.templates_in_order.iter();
        let (template, variables) =
            templates.find_map(|one| Some((one, template::variables(&one.entry.def.uri, uri)?)))?;
        Some((template.enabled()?, variables))
    }
}

impl Readable {
    fn enabled(&self) -> Option<&Arc<ResourceEntry>> {
        self.enabled.then_some(&self.entry)
    }
}
