use serde::Deserialize;
use serde_json::value::RawValue;

use super::asking::{Asking, asking};
use super::{AskError, Kind, Question};
use crate::context::Context;

/// A folder or file the client works in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// Where it is; a `file://` URI.
    pub uri: String,
    /// What people call it.
    pub name: Option<String>,
}

/// A question for folders: what [`Context::roots`] gives.
#[must_use = "nothing is asked unless it is awaited"]
pub struct ListRoots {
    asking: Asking<Vec<Root>>,
}

asking!(ListRoots => Vec<Root>);

impl ListRoots {
    pub(super) fn new(context: &Context) -> Self {
        Self { asking: Asking::new(context, read) }
    }

    fn question(&self) -> Result<Question, AskError> {
        Question::new(Kind::Roots, &serde_json::Map::new())
    }
}

fn read(answer: &RawValue) -> Result<Vec<Root>, String> {
    #[derive(Deserialize)]
    struct Answer {
        roots: Vec<Root>,
    }
    let answer: Answer = serde_json::from_str(answer.get()).map_err(|error| error.to_string())?;
    Ok(answer.roots)
}
