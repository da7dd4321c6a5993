use std::collections::HashMap;

use serde::Deserialize;

/// Whose argument is completed (server/utilities/completion).
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) enum Reference {
    Prompt {
        name: String,
    },
    /// A URI, or the template of many.
    Resource {
        uri: String,
    },
}

/// Plain members: what serde makes of a tagged enum is several times the code.
#[derive(Deserialize)]
struct Written {
    r#type: Type,
    name: Option<String>,
    uri: Option<String>,
}

#[derive(Deserialize)]
enum Type {
    #[serde(rename = "ref/prompt")]
    Prompt,
    #[serde(rename = "ref/resource")]
    Resource,
}

impl TryFrom<Written> for Reference {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, &'static str> {
        match written {
            Written { r#type: Type::Prompt, name: Some(name), .. } => Ok(Self::Prompt { name }),
            Written { r#type: Type::Prompt, .. } => Err("missing field `name`"),
            Written { r#type: Type::Resource, uri: Some(uri), .. } => Ok(Self::Resource { uri }),
            Written { r#type: Type::Resource, .. } => Err("missing field `uri`"),
        }
    }
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
