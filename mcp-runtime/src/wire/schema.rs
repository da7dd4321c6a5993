use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::from_text;

/// A JSON Schema as a list shows it: made from a type, or written by the author and then shown as written.
#[derive(Debug)]
pub(crate) struct Schema {
    value: Value,
    /// Keeps the author's order of keys, which `value` may not.
    written: Option<Box<RawValue>>,
}

impl Schema {
    /// What the author wrote: JSON, an object, and for objects. White space between its tokens is left out, because a
    /// message may have to be one line.
    pub(crate) fn written(text: &str) -> Result<Self, String> {
        let value: Value = from_text(text).map_err(|error| format!("is not JSON: {error}"))?;
        if value.get("type").and_then(Value::as_str) != Some("object") {
            return Err(
                "is not the schema of an object: it has to be one, with `\"type\": \"object\"`"
                    .to_owned(),
            );
        }
        let written = from_text(&without_white_space(text))
            .map_err(|error| format!("is not JSON: {error}"))?;
        Ok(Self { value, written: Some(written) })
    }

    pub(crate) fn as_value(&self) -> &Value {
        &self.value
    }

    pub(crate) fn root(&self) -> Node<'_> {
        Node { root: &self.value, schema: &self.value }
    }
}

impl From<Value> for Schema {
    fn from(value: Value) -> Self {
        Self { value, written: None }
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.written {
            Some(written) => written.serialize(serializer),
            None => self.value.serialize(serializer),
        }
    }
}

/// A schema inside another, in which its references mean something.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    root: &'a Value,
    schema: &'a Value,
}

impl<'a> Node<'a> {
    /// The value of a keyword.
    pub(crate) fn get(self, keyword: &str) -> Option<&'a Value> {
        self.schema.get(keyword)
    }

    /// The schema a keyword holds.
    pub(crate) fn schema(self, keyword: &str) -> Option<Self> {
        self.get(keyword).map(|schema| self.resolve(schema))
    }

    /// The schemas in the list a keyword holds.
    pub(crate) fn schemas(self, keyword: &str) -> impl Iterator<Item = Self> {
        let schemas = self.get(keyword).and_then(Value::as_array);
        schemas.into_iter().flatten().map(move |schema| self.resolve(schema))
    }

    pub(crate) fn property(self, name: &str) -> Option<Self> {
        self.get("properties")?.get(name).map(|schema| self.resolve(schema))
    }

    pub(crate) fn property_names(self) -> impl Iterator<Item = &'a str> {
        let properties = self.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Follows `$ref` within this schema; one that leads elsewhere, or nowhere, stays as it is.
    fn resolve(self, schema: &'a Value) -> Self {
        const HOPS: usize = 8; // references may go round
        let mut schema = schema;
        for _ in 0..HOPS {
            let reference = schema.get("$ref").and_then(Value::as_str);
            let target = reference
                .and_then(|reference| reference.strip_prefix('#'))
                .and_then(|pointer| self.root.pointer(pointer));
            match target {
                Some(target) => schema = target,
                None => break,
            }
        }
        Self { root: self.root, schema }
    }
}

/// JSON without the white space between its tokens.
fn without_white_space(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |c: &char| {
        if in_string {
            in_string = escaped || *c != '"';
            escaped = !escaped && *c == '\\';
            return true;
        }
        in_string = *c == '"';
        !c.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_stays_but_for_white_space_between_tokens() {
        let text =
            "{ \"type\" : \"object\",\n\t\"x-b\": \"a \\\" \\\\\", \"a\": [ 1.0 , \"{ }\" ] }";
        let shown = serde_json::to_string(&Schema::written(text).unwrap()).unwrap();
        assert_eq!(shown, r#"{"type":"object","x-b":"a \" \\","a":[1.0,"{ }"]}"#);
    }

    #[test]
    fn only_schemas_of_objects_are_taken() {
        for text in ["", "{", "[]", "true", "{}", r#"{"type":"string"}"#, r#"{"type":["object"]}"#]
        {
            assert!(Schema::written(text).is_err(), "{text}");
        }
    }

    #[test]
    fn references_are_followed_and_may_go_round() {
        let text = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/a"},"b":{"$ref":"#/properties/b"}},"$defs":{"a":{"type":"string"}}}"##;
        let schema = Schema::written(text).unwrap();
        assert_eq!(schema.root().property("a").unwrap().get("type").unwrap(), "string");
        assert!(schema.root().property("b").unwrap().get("type").is_none());
        assert!(schema.root().property("c").is_none());
    }
}
