//! What a server offers: collected once, checked, listed from text made beforehand.

mod catalogue;
mod completions;
mod listed;
mod mirrored;
mod template;

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

pub(crate) use catalogue::Catalogue;
pub(crate) use completions::Completions;

use crate::context::Context;
use crate::handler::{
    Item, Location, Need, Pace, PromptDef, ResourceDef, TextValue, ToolDef, input_schema,
};
use crate::wire::prompt::Prompt;
use crate::wire::resource::{Resource, ResourceTemplate};
use crate::wire::tool::Tool;

/// Everything a server offers. Immutable after it is built.
#[derive(Debug)]
pub(crate) struct Registry {
    pub(crate) tools: Catalogue<Tool>,
    pub(crate) resources: Catalogue<Resource>,
    pub(crate) templates: Catalogue<ResourceTemplate>,
    pub(crate) prompts: Catalogue<Prompt>,
    tools_by_name: HashMap<&'static str, Arc<ToolEntry>>,
    resources_by_uri: HashMap<&'static str, Arc<ResourceEntry>>,
    templates_in_order: Vec<Arc<ResourceEntry>>,
    prompts_by_name: HashMap<&'static str, Arc<PromptEntry>>,
    needs: Vec<Needed>,
}

/// A tool that can be called.
#[derive(Debug)]
pub(crate) struct ToolEntry {
    pub(crate) def: &'static ToolDef,
    pub(crate) tool: Arc<Tool>,
    pub(crate) pace: Pace,
}

/// A resource or template that can be read.
#[derive(Debug)]
pub(crate) struct ResourceEntry {
    pub(crate) def: &'static ResourceDef,
    pub(crate) completions: Completions,
    pub(crate) pace: Pace,
}

/// A prompt that can be got.
#[derive(Debug)]
pub(crate) struct PromptEntry {
    pub(crate) def: &'static PromptDef,
    pub(crate) completions: Completions,
    pub(crate) pace: Pace,
}

/// The values of a template's variables in one URI.
pub(crate) type Variables = Vec<(&'static str, TextValue)>;

/// State a function takes, and which one.
#[derive(Debug)]
struct Needed {
    what: &'static str,
    name: &'static str,
    location: Location,
    need: Need,
}

impl Registry {
    /// Collects items in the order given. All mistakes are reported at once.
    pub(crate) fn new(items: &[Item], page_size: usize) -> Result<Self, Vec<String>> {
        let mut registry = Self {
            tools: Catalogue::new("tools", page_size),
            resources: Catalogue::new("resources", page_size),
            templates: Catalogue::new("resourceTemplates", page_size),
            prompts: Catalogue::new("prompts", page_size),
            tools_by_name: HashMap::new(),
            resources_by_uri: HashMap::new(),
            templates_in_order: Vec::new(),
            prompts_by_name: HashMap::new(),
            needs: Vec::new(),
        };
        let mut places = Places::default();
        for item in items {
            registry.add(*item, &mut places);
        }
        if places.mistakes.is_empty() { Ok(registry) } else { Err(places.mistakes) }
    }

    fn add(&mut self, item: Item, places: &mut Places) {
        match item {
            Item::Tool(def) => {
                self.need("tool", def.name, def.location, def.needs.iter().copied());
                if places.take("tool", def.name, def.location) {
                    warn_of_name(def);
                    match listed::tool(def) {
                        Ok(tool) => self.add_tool(def, Arc::new(tool)),
                        Err(mistakes) => places.mistakes.extend(mistakes),
                    }
                }
            }
            Item::Resource(def) => {
                self.need("resource", def.name, def.location, def.needs.iter().copied());
                if places.take("resource", def.uri.source, def.location) {
                    let schema = input_schema(def.arguments);
                    let is_list = |name: &str| def.uri.explodes(name);
                    places.mistakes.extend(listed::unfit_arguments(
                        "resource",
                        def.name,
                        def.location,
                        &schema,
                        is_list,
                    ));
                    let completions = Completions::new(def.completers, &schema);
                    self.need("resource", def.name, def.location, completions.needs());
                    self.add_resource(def, completions);
                }
            }
            Item::Prompt(def) => {
                self.need("prompt", def.name, def.location, def.needs.iter().copied());
                if places.take("prompt", def.name, def.location) {
                    let schema = input_schema(def.arguments);
                    places.mistakes.extend(listed::unfit_arguments(
                        "prompt",
                        def.name,
                        def.location,
                        &schema,
                        |_| false,
                    ));
                    self.prompts.push(def.name, Arc::new(listed::prompt(def)));
                    let completions = Completions::new(def.completers, &schema);
                    self.need("prompt", def.name, def.location, completions.needs());
                    let entry = PromptEntry { def, completions, pace: pace(def.needs) };
                    self.prompts_by_name.insert(def.name, Arc::new(entry));
                }
            }
        }
    }

    fn add_tool(&mut self, def: &'static ToolDef, tool: Arc<Tool>) {
        self.tools.push(def.name, tool.clone());
        let entry = ToolEntry { def, tool, pace: pace(def.needs) };
        self.tools_by_name.insert(def.name, Arc::new(entry));
    }

    fn add_resource(&mut self, def: &'static ResourceDef, completions: Completions) {
        let entry = Arc::new(ResourceEntry { def, completions, pace: pace(def.needs) });
        let uri = def.uri.source;
        if def.uri.is_fixed() {
            let resource = Resource { uri: uri.into(), about: listed::about(def), size: def.size };
            self.resources.push(uri, Arc::new(resource));
            self.resources_by_uri.insert(uri, entry);
        } else {
            let template = ResourceTemplate { uri_template: uri, about: listed::about(def) };
            self.templates.push(uri, Arc::new(template));
            self.templates_in_order.push(entry);
        }
    }

    fn need(
        &mut self,
        what: &'static str,
        name: &'static str,
        location: Location,
        needs: impl Iterator<Item = Need>,
    ) {
        let context = TypeId::of::<Context>();
        let states = needs.filter(|need| need.type_id != context);
        self.needs.extend(states.map(|need| Needed { what, name, location, need }));
    }

    /// The completions of the resource or template with exactly this URI.
    pub(crate) fn completions_of_uri(&self, uri: &str) -> Option<&Arc<ResourceEntry>> {
        let template = || self.templates_in_order.iter().find(|entry| entry.def.uri.source == uri);
        self.resources_by_uri.get(uri).or_else(template)
    }

    /// Whether any argument can be completed.
    pub(crate) fn completes(&self) -> bool {
        let prompts = self.prompts_by_name.values().map(|entry| &entry.completions);
        let templates = self.templates_in_order.iter().map(|entry| &entry.completions);
        prompts.chain(templates).any(|completions| !completions.is_empty())
    }

    /// A line for each state that a function takes and `has` does not know.
    pub(crate) fn missing_state(&self, has: impl Fn(TypeId) -> bool) -> Vec<String> {
        let missing = self.needs.iter().filter(|needed| !has(needed.need.type_id));
        missing.map(ToString::to_string).collect()
    }

    pub(crate) fn tool(&self, name: &str) -> Option<&Arc<ToolEntry>> {
        self.tools_by_name.get(name)
    }

    pub(crate) fn prompt(&self, name: &str) -> Option<&Arc<PromptEntry>> {
        self.prompts_by_name.get(name)
    }

    /// The resource at `uri` and the variables of its template; a fixed URI wins over templates,
    /// an earlier template over a later one.
    pub(crate) fn resource(&self, uri: &str) -> Option<(&Arc<ResourceEntry>, Variables)> {
        if let Some(entry) = self.resources_by_uri.get(uri) {
            return Some((entry, Vec::new()));
        }
        self.templates_in_order
            .iter()
            .find_map(|entry| Some((entry, template::variables(&entry.def.uri, uri)?)))
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, name, location, need } = self;
        let state = (need.type_name)();
        write!(
            f,
            "{what} `{name}` at {location} takes `&{state}`, which the server was not given: add `.state(..)` \
             with a `{state}`, or take it by value if it is an argument"
        )
    }
}

/// Which names are taken, and where.
#[derive(Default)]
struct Places {
    by_name: HashMap<(&'static str, &'static str), Location>,
    mistakes: Vec<String>,
}

impl Places {
    fn take(&mut self, what: &'static str, name: &'static str, location: Location) -> bool {
        let Some(first) = self.by_name.insert((what, name), location) else { return true };
        let mistake = format!(
            "two {what}s are called `{name}`: at {first} and at {location}; rename one of them"
        );
        self.mistakes.push(mistake);
        false
    }
}

/// A function of its arguments alone may run in place once it has proved quick.
fn pace(needs: &[Need]) -> Pace {
    Pace::new(!needs.is_empty())
}

/// Names the specification allows and some clients do not.
fn warn_of_name(def: &ToolDef) {
    const PORTABLE: usize = 64;
    let (name, location) = (def.name, def.location);
    if name.len() > PORTABLE {
        tracing::warn!(tool = name, %location, "a tool name over {PORTABLE} characters is cut or refused by some clients");
    }
    if name.contains('.') {
        tracing::warn!(tool = name, %location, "a tool name with a dot is refused by some clients");
    }
}
