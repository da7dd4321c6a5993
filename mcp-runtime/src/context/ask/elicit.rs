use std::hash::{BuildHasher, RandomState};

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::asking::Words;
use super::form::form_of;
use super::{Ask, AskError, Kind, Question};
use crate::context::Context;
use crate::revision::{At, ElicitForm, ElicitUrl};
use crate::wire::from_text;

/// What a user did with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the specification has three actions")]
pub enum Elicited<T> {
    /// Filled it in and sent it.
    Accepted(T),
    /// Said no.
    Declined,
    /// Closed it without a choice.
    Cancelled,
}

impl<T> Elicited<T> {
    /// What was sent, for functions to which no and nothing are the same.
    pub fn accepted(self) -> Option<T> {
        match self {
            Self::Accepted(value) => Some(value),
            Self::Declined | Self::Cancelled => None,
        }
    }
}

/// A question to the user: what [`Context::elicit`] and [`Context::elicit_url`] give.
pub type Elicit<T> = Ask<Elicited<T>>;

pub(super) fn form<T: DeserializeOwned + JsonSchema>(
    context: &Context,
    message: &str,
) -> Elicit<T> {
    Ask::new(context, Words::Written(form_question::<T>(context, message)), |answer| {
        read(answer, |content| {
            form_of::<T>()?.check(content)?;
            from_text(content).map_err(|error| error.to_string())
        })
    })
}

pub(super) fn page(context: &Context, message: &str, url: &str) -> Elicit<()> {
    // Only has to differ among the client's own; nobody finds anything by it.
    let id = format!("{:x}", RandomState::new().hash_one(message));
    let params = ElicitUrl { message, url, id: &id };
    let question = Question::new(Kind::Url, &At(context.revision(), &params));
    Ask::new(context, Words::Written(question), |answer| read(answer, |_| Ok(())))
}

fn form_question<T: JsonSchema + DeserializeOwned>(
    context: &Context,
    message: &str,
) -> Result<Question, AskError> {
    let revision = context.revision();
    let form = form_of::<T>().map_err(AskError::Question)?;
    if let Some(field) = form.unknown_at(revision) {
        let what = format!(
            "field `{field}` of `{}` is a list, which forms of protocol {revision} cannot have",
            T::schema_name()
        );
        return Err(AskError::Question(what));
    }
    Question::new(Kind::Form, &At(revision, &ElicitForm { message, form: &form }))
}

fn read<T>(
    answer: &RawValue,
    content: fn(&str) -> Result<T, String>,
) -> Result<Elicited<T>, String> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        action: Action,
        #[serde(borrow)]
        content: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Action {
        Accept,
        Decline,
        Cancel,
    }
    let answer: Answer<'_> = from_text(answer.get()).map_err(|error| error.to_string())?;
    match answer.action {
        Action::Accept => {
            let given = answer.content.map_or("{}", RawValue::get);
            content(given).map(Elicited::Accepted)
        }
        Action::Decline => Ok(Elicited::Declined),
        Action::Cancel => Ok(Elicited::Cancelled),
    }
}
