use std::any::TypeId;
use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

use super::{Completions, listed};
use crate::context::Context;
use crate::handler::{Item, Need, Pace, PromptDef, ResourceDef, ToolDef, input_schema};
use crate::revision::{EncodeAt, Revision};
use crate::wire::Line;
use crate::wire::prompt::Prompt;
use crate::wire::resource::{Resource, ResourceTemplate};
use crate::wire::tool::{Described, Schemas};

/// A function with all that is made of its definition: once, however often the registry is made anew.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Tool(Arc<ToolEntry>),
    Resource(Arc<ResourceEntry>),
    Prompt(Arc<PromptEntry>),
}

/// A tool that can be called.
#[derive(Debug)]
pub(crate) struct ToolEntry {
    pub(crate) def: &'static ToolDef,
    schemas: OnceLock<Box<Schemas>>,
    pub(crate) pace: Pace,
    /// Calls that have not ended, counted where there may be only so many.
    pub(crate) running: OnceLock<Arc<AtomicUsize>>,
}

impl Described for ToolEntry {
    fn name(&self) -> &'static str {
        self.def.name
    }

    fn schemas(&self) -> &Schemas {
        self.schemas.get_or_init(|| Box::new(listed::late_schemas(self.def)))
    }
}

impl EncodeAt for ToolEntry {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        listed::tool(self.def, self.schemas()).encode_at(revision, line)
    }
}

/// A resource or template that can be read.
#[derive(Debug)]
pub(crate) struct ResourceEntry {
    pub(crate) def: &'static ResourceDef,
    pub(super) listed_as: ListedAs,
    pub(crate) completions: Completions,
    pub(crate) pace: Pace,
}

/// In which list a resource stands.
#[derive(Debug)]
pub(super) enum ListedAs {
    Resource(Arc<Resource>),
    Template(Arc<ResourceTemplate>),
}

/// A prompt that can be got.
#[derive(Debug)]
pub(crate) struct PromptEntry {
    pub(crate) def: &'static PromptDef,
    pub(super) prompt: Arc<Prompt>,
    pub(crate) completions: Completions,
    pub(crate) pace: Pace,
}

impl Entry {
    /// Or every mistake in the definition.
    pub(super) fn new(item: Item) -> Result<Self, Vec<String>> {
        Ok(match item {
            Item::Tool(def) => Self::Tool(Arc::new(tool(def)?)),
            Item::Resource(def) => Self::Resource(Arc::new(resource(def)?)),
            Item::Prompt(def) => Self::Prompt(Arc::new(prompt(def)?)),
        })
    }

    pub(super) fn item(&self) -> Item {
        match self {
            Self::Tool(entry) => Item::Tool(entry.def),
            Self::Resource(entry) => Item::Resource(entry.def),
            Self::Prompt(entry) => Item::Prompt(entry.def),
        }
    }

    /// Adds a line for each state that the function or its completers take and `has` does not know.
    pub(super) fn missing_state(&self, has: &dyn Fn(TypeId) -> bool, missing: &mut Vec<String>) {
        let (needs, completions) = match self {
            Self::Tool(entry) => (entry.def.needs, None),
            Self::Resource(entry) => (entry.def.needs, Some(&entry.completions)),
            Self::Prompt(entry) => (entry.def.needs, Some(&entry.completions)),
        };
        let completers = completions.into_iter().flat_map(Completions::needs);
        for need in needs.iter().copied().chain(completers) {
            if need.type_id != TypeId::of::<Context>() && !has(need.type_id) {
                missing.push(not_given(&self.item(), need));
            }
        }
    }
}

fn not_given(item: &Item, need: Need) -> String {
    let (what, name, location) = (item.kind(), item.name(), item.location());
    let state = (need.type_name)();
    format!(
        "{what} `{name}` at {location} takes `&{state}`, which the server was not given: add `.state(..)` \
         with a `{state}`, or take it by value if it is an argument"
    )
}

fn tool(def: &'static ToolDef) -> Result<ToolEntry, Vec<String>> {
    warn_of_name(def);
    let schemas = listed::written_schemas(def)?;
    let schemas = schemas.map_or_else(OnceLock::new, |schemas| Box::new(schemas).into());
    Ok(ToolEntry { def, schemas, pace: pace(def.needs), running: OnceLock::new() })
}

fn resource(def: &'static ResourceDef) -> Result<ResourceEntry, Vec<String>> {
    let schema = input_schema(def.arguments);
    let is_list = |name: &str| def.uri.explodes(name);
    listed::fit_arguments("resource", def.name, def.location, &schema, is_list)?;
    let (uri, about) = (def.uri.source, listed::about(def));
    let listed_as = if def.uri.is_fixed() {
        ListedAs::Resource(Arc::new(Resource { uri: uri.into(), about, size: def.size }))
    } else {
        ListedAs::Template(Arc::new(ResourceTemplate { uri_template: uri, about }))
    };
    let completions = Completions::new(def.completers, &schema);
    Ok(ResourceEntry { def, listed_as, completions, pace: pace(def.needs) })
}

fn prompt(def: &'static PromptDef) -> Result<PromptEntry, Vec<String>> {
    let schema = input_schema(def.arguments);
    listed::fit_arguments("prompt", def.name, def.location, &schema, |_| false)?;
    let completions = Completions::new(def.completers, &schema);
    let prompt = Arc::new(listed::prompt(def));
    Ok(PromptEntry { def, prompt, completions, pace: pace(def.needs) })
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
