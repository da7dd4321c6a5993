use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::registry::Catalogue;
use crate::revision::{At, Revision};
use crate::server::{Error, Server};
use crate::wire::{Encode, from_text, raw};

/// The shape of the manifest; it changes when a member changes its meaning or goes.
const MANIFEST_VERSION: u32 = 1;

impl<A: 'static> Server<A> {
    /// What the server offers, as stable JSON: object keys and items sorted, nothing that depends
    /// on when or where it was made. Makes no state and opens nothing.
    ///
    /// Members: `manifestVersion`, `server`, `tools` (with `inputSchema` and `outputSchema`),
    /// `resources`, `resourceTemplates`, `prompts`; items as the newest revision lists them.
    ///
    /// # Errors
    ///
    /// Every mistake in the definitions, such as two tools of one name; also those in the schemas of types, which a
    /// server that runs makes when they are first asked for.
    pub fn manifest(&self) -> Result<Value, Error> {
        let registry = self.registry()?;
        let mistakes = registry.late_mistakes();
        if !mistakes.is_empty() {
            return Err(Error::new(mistakes));
        }
        let mut server = to_value(&At(Revision::NEWEST_STATELESS, self.info()));
        if let Some(instructions) = self.server_instructions() {
            server["instructions"] = json!(instructions);
        }
        let manifest = json!({
            "manifestVersion": MANIFEST_VERSION,
            "server": server,
            "tools": items(&registry.tools),
            "resources": items(&registry.resources),
            "resourceTemplates": items(&registry.templates),
            "prompts": items(&registry.prompts),
        });
        Ok(sorted(manifest))
    }
}

fn items(catalogue: &Catalogue) -> Vec<Value> {
    let newest = |item| to_value(&At(Revision::NEWEST_STATELESS, item));
    let mut items: Vec<_> = catalogue.items().map(newest).collect();
    items.sort_by(by_name);
    items
}

fn by_name(one: &Value, other: &Value) -> Ordering {
    let name = |item: &Value| item["name"].as_str().map(str::to_owned);
    name(one).cmp(&name(other))
}

/// Sorts keys even where a crate beside us makes `serde_json` keep their order.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            members.sort_by(|(one, _), (other, _)| one.cmp(other));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(elements) => Value::Array(elements.into_iter().map(sorted).collect()),
        scalar => scalar,
    }
}

/// Strings and schemas: writing them cannot fail.
fn to_value(value: &dyn Encode) -> Value {
    raw(value).and_then(|json| Ok(from_text(json.get())?)).unwrap_or_default()
}
