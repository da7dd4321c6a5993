use serde::Deserialize;
use serde_json::value::RawValue;

use super::asking::Words;
use super::{Ask, Kind, Question};
use crate::context::Context;
use crate::wire::from_text;

/// A question for folders: what [`Context::roots`] gives.
pub type ListRoots = Ask<Vec<Root>>;

/// A folder or file the client works in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Root {
    /// Where it is; a `file://` URI.
    pub uri: String,
    /// What people call it.
    pub name: Option<String>,
}

pub(super) fn roots(context: &Context) -> ListRoots {
    let question = Question::new(Kind::Roots, &serde_json::Map::new());
    Ask::new(context, Words::Written(question), read)
}

fn read(answer: &RawValue) -> Result<Vec<Root>, String> {
    #[derive(Deserialize)]
    struct Answer {
        roots: Vec<Root>,
    }
    let answer: Answer = from_text(answer.get()).map_err(|error| error.to_string())?;
    Ok(answer.roots)
}
