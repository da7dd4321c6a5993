use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a tool call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct CallReply {
    result: Value,
}

impl CallReply {
    pub(super) fn new(result: Value) -> Self {
        Self { result }
    }

    /// The text blocks, joined by line breaks.
    pub fn text(&self) -> String {
        let blocks = self.result["content"].as_array().into_iter().flatten();
        blocks.filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The structured content as `T`; a value that was wrapped as `{"result": …}` is unwrapped.
    ///
    /// # Panics
    ///
    /// If there is none, or none of that type: this is for tests.
    #[expect(clippy::panic, reason = "a test fails by panicking")]
    #[track_caller]
    pub fn structured<T: DeserializeOwned>(&self) -> T {
        let content = &self.result["structuredContent"];
        let unwrapped = content
            .as_object()
            .filter(|members| members.len() == 1)
            .and_then(|members| members.get("result"));
        let read = |value: &Value| serde_json::from_value(value.clone());
        match read(content).or_else(|error| unwrapped.map_or(Err(error), read)) {
            Ok(value) => value,
            Err(error) => panic!(
                "structured content is not a {}: {error}: {content}",
                std::any::type_name::<T>()
            ),
        }
    }

    /// Whether the tool failed: the text says why.
    pub fn is_error(&self) -> bool {
        self.result["isError"] == Value::Bool(true)
    }

    /// The whole result.
    pub fn as_value(&self) -> &Value {
        &self.result
    }
}

/// A protocol error: the request was not served.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub(super) error: Value,
}

impl Refusal {
    /// The error's code, for example -32602; 0 if the connection ended instead.
    pub fn code(&self) -> i64 {
        self.error["code"].as_i64().unwrap_or(0)
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        self.error["message"].as_str().unwrap_or_default()
    }

    /// The whole error.
    pub fn as_value(&self) -> &Value {
        &self.error
    }

    /// More about it, null if there is no more.
    pub fn data(&self) -> &Value {
        &self.error["data"]
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message(), self.code())
    }
}

impl std::error::Error for Refusal {}
