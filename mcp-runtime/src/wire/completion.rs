use std::collections::HashMap;

use serde::Deserialize;

/// Whose argument is completed (server/utilities/completion).
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Reference {
    #[serde(rename = "ref/prompt")]
    Prompt { name: String },
    /// A URI, or the template of many.
    #[serde(rename = "ref/resource")]
    Resource { uri: String },
}

/// The argument, and what is typed of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CompletionContext {
    pub(crate) arguments: HashMap<String, String>,
}
