use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::icon::Icon;

/// Who a server is (basic/lifecycle, "Implementation").
#[derive(Debug, Clone)]
pub(crate) struct Implementation {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) website_url: Option<String>,
    pub(crate) icons: Vec<Icon>,
}

/// Who a client says it is. Never decide anything on it: any client can say anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub struct ClientInfo {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
}

impl From<Map<String, Value>> for ClientInfo {
    fn from(mut said: Map<String, Value>) -> Self {
        let mut text = |name| match said.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        Self {
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            title: text("title"),
        }
    }
}

impl ClientInfo {
    /// The client's name, empty if it gave none.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client's version, empty if it gave none.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The client's name for people.
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// What a client declares that it can do. What is no object was not declared.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")]
pub(crate) struct ClientCapabilities {
    pub(crate) elicitation: Option<Map<String, Value>>,
    pub(crate) sampling: Option<Map<String, Value>>,
    pub(crate) roots: Option<Map<String, Value>>,
    pub(crate) experimental: Map<String, Value>,
    pub(crate) extensions: Map<String, Value>,
}

impl From<Map<String, Value>> for ClientCapabilities {
    fn from(mut declared: Map<String, Value>) -> Self {
        let mut object = |name| match declared.remove(name) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        Self {
            elicitation: object("elicitation"),
            sampling: object("sampling"),
            roots: object("roots"),
            experimental: object("experimental").unwrap_or_default(),
            extensions: object("extensions").unwrap_or_default(),
        }
    }
}

/// What a server declares that it offers; absent members are not served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServerCapabilities<'a> {
    /// The settings of each, by its name.
    pub(crate) extensions: &'a Map<String, Value>,
    pub(crate) completions: Option<Offered>,
    pub(crate) logging: Option<Offered>,
    pub(crate) prompts: Option<Offered>,
    pub(crate) resources: Option<Offered>,
    pub(crate) tools: Option<Offered>,
}

/// An offered capability: `{}`, or which notices of changes come with it.
#[derive(Debug, Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Offered {
    /// The client hears when the list changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) list_changed: Option<bool>,
    /// The client may subscribe to single items: resources only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscribe: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_cannot_be_read_hides_no_other() {
        let declared = r#"{"sampling":true,"roots":{},"extensions":{"a":1},"more":0}"#;
        let declared: ClientCapabilities = serde_json::from_str(declared).unwrap();
        assert!(declared.sampling.is_none() && declared.roots.is_some());
        assert_eq!(declared.extensions["a"], 1);
        let said: ClientInfo = serde_json::from_str(r#"{"name":1,"version":"2"}"#).unwrap();
        assert_eq!((said.name(), said.version(), said.title()), ("", "2", None));
    }
}
