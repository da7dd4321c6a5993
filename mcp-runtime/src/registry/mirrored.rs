//! `x-mcp-header`: which arguments of a tool are repeated in headers, found in its schema whoever wrote that.

use serde_json::{Map, Value, json};

use crate::wire::schema::Schema;
use crate::wire::tool::Mirrored;

const KEYWORD: &str = "x-mcp-header";

/// Says in the schema what was said at the parameters.
pub(super) fn annotate(schema: &mut Value, headers: &[(&str, &str)]) {
    for (argument, header) in headers {
        if let Some(Value::Object(property)) =
            schema.get_mut("properties").and_then(|properties| properties.get_mut(*argument))
        {
            property.insert(KEYWORD.to_owned(), json!(header));
        }
    }
}

/// Clients drop a tool that breaks one of these rules (server/tools, "x-mcp-header").
pub(super) fn find(schema: &Schema, mistakes: &mut Vec<String>) -> Vec<Mirrored> {
    let mut found = Found::default();
    found.walk(schema.as_value(), true);
    mistakes.append(&mut found.mistakes);
    found.mirrored
}

#[derive(Default)]
struct Found {
    path: Vec<String>,
    mirrored: Vec<Mirrored>,
    mistakes: Vec<String>,
}

impl Found {
    /// `plain`: only `properties` lead here, so that a value has one place.
    fn walk(&mut self, schema: &Value, plain: bool) {
        let Value::Object(schema) = schema else { return };
        if let Some(header) = schema.get(KEYWORD) {
            self.add(header, schema, plain);
        }
        for (keyword, value) in schema {
            match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties {
                        self.path.push(name.clone());
                        self.walk(property, plain);
                        self.path.pop();
                    }
                }
                (
                    "$defs" | "definitions" | "patternProperties" | "dependentSchemas",
                    Value::Object(schemas),
                ) => {
                    schemas.values().for_each(|schema| self.walk(schema, false));
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                    schemas.iter().for_each(|schema| self.walk(schema, false));
                }
                (
                    "items"
                    | "additionalProperties"
                    | "contains"
                    | "propertyNames"
                    | "not"
                    | "if"
                    | "then"
                    | "else",
                    schema,
                ) => self.walk(schema, false),
                _ => {}
            }
        }
    }

    fn add(&mut self, header: &Value, schema: &Map<String, Value>, plain: bool) {
        let path = self.path.join(".");
        let kind = schema.get("type").and_then(Value::as_str);
        let name = header.as_str().filter(|name| is_token(name)).unwrap_or_default();
        let full = format!("mcp-param-{}", name.to_ascii_lowercase());
        let wrong = if !plain || self.path.is_empty() {
            "only a property of the arguments, or of an object in them, can go into a header"
                .to_owned()
        } else if name.is_empty() {
            let header = serde_json::to_string(header).unwrap_or_default();
            format!("{header} is no name of a header (RFC 9110, \"token\")")
        } else if self.mirrored.iter().any(|other| other.header == full) {
            format!("another argument goes into the header `{name}`, whose case does not count")
        } else if !matches!(kind, Some("string" | "integer" | "boolean")) {
            "only text, an integer or a bool can go into a header".to_owned()
        } else {
            self.mirrored.push(Mirrored { header: full, path: self.path.clone() });
            return;
        };
        self.mistakes.push(format!("`{KEYWORD}` at `{path}`: {wrong}"));
    }
}

fn is_token(name: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(schema: Value) -> Result<Vec<String>, Vec<String>> {
        let shown = |one: &Mirrored| format!("{}={}", one.header, one.path.join("."));
        let mut mistakes = Vec::new();
        let all = find(&schema.into(), &mut mistakes);
        if mistakes.is_empty() { Ok(all.iter().map(shown).collect()) } else { Err(mistakes) }
    }

    #[test]
    fn headers_are_found_down_to_properties_of_properties() {
        let inner = json!({ "type": "object", "properties": { "b": { "type": "integer", "x-mcp-header": "B" } } });
        let schema = json!({ "properties": { "a": { "type": "string", "x-mcp-header": "A-1" }, "in": inner } });
        assert_eq!(found(schema).unwrap(), ["mcp-param-a-1=a", "mcp-param-b=in.b"]);
        // Data is not a schema.
        let data = json!({ "properties": { "a": { "default": { "x-mcp-header": 1 } } } });
        assert_eq!(found(data).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_clients_would_drop_is_refused() {
        let text = || json!({ "type": "string", "x-mcp-header": "A" });
        for (schema, wrong) in [
            (json!({ "x-mcp-header": "A" }), "only a property"),
            (json!({ "properties": { "a": { "items": text() } } }), "only a property"),
            (json!({ "$defs": { "a": text() } }), "only a property"),
            (json!({ "anyOf": [{ "properties": { "a": text() } }] }), "only a property"),
            (json!({ "properties": { "a": { "type": "string", "x-mcp-header": "" } } }), "no name"),
            (
                json!({ "properties": { "a": { "type": "string", "x-mcp-header": "a b" } } }),
                "no name",
            ),
            (json!({ "properties": { "a": { "type": "string", "x-mcp-header": 1 } } }), "no name"),
            (
                json!({ "properties": { "a": { "type": "number", "x-mcp-header": "A" } } }),
                "only text",
            ),
            (json!({ "properties": { "a": { "x-mcp-header": "A" } } }), "only text"),
            (
                json!({ "properties": { "a": text(), "b": { "type": "string", "x-mcp-header": "a" } } }),
                "another",
            ),
        ] {
            let mistakes = found(schema.clone()).unwrap_err();
            assert!(mistakes.len() == 1 && mistakes[0].contains(wrong), "{schema}: {mistakes:?}");
        }
    }
}
