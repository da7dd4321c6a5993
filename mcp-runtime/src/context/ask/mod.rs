//! Asking the client within a call: one await, however the revision carries it.
//!
//! An [`Ask`] is the question and the future of its answer; it is put into the call's [`Asks`]. In a
//! session it becomes a request on the call's own stream ([`session`]). Without one the call ends
//! with its questions and is made again with the answers ([`rounds`]).

mod asking;
mod asks;
mod digest;
mod elicit;
mod error;
mod form;
mod once;
mod roots;
mod rounds;
mod sample;
mod session;
mod store;

use std::borrow::Cow;

use serde_json::json;
use serde_json::value::RawValue;

use super::{Client, Context};
use crate::wire::sampling::SamplingMessage;
use crate::wire::{Encode, raw};
pub use asking::Ask;
pub(crate) use asks::{Answer, Asks};
pub use elicit::{Elicit, Elicited};
pub use error::AskError;
pub use once::{OnceError, OnceFuture};
pub use roots::{ListRoots, Root};
pub(crate) use rounds::{Memory, Responses, RoundEnd};
pub use sample::{Sample, Sampled};
pub(crate) use session::Port;
pub(crate) use store::MemoryStore;
pub use store::OnceStore;

/// What a client can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Form,
    Url,
    Sample,
    SampleWithTools,
    Roots,
}

impl Kind {
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Form | Self::Url => "elicitation/create",
            Self::Sample | Self::SampleWithTools => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }

    /// Whether the client has declared that it answers this.
    fn is_declared(self, client: &Client) -> bool {
        match self {
            Self::Form => client.can_elicit(),
            Self::Url => client.can_elicit_url(),
            Self::Sample => client.can_sample(),
            Self::SampleWithTools => client.can_sample_with_tools(),
            Self::Roots => client.can_list_roots(),
        }
    }

    /// What a client without it lacks, as `clientCapabilities` would have it.
    pub(crate) fn required(self) -> serde_json::Value {
        match self {
            Self::Form => json!({ "elicitation": { "form": {} } }),
            Self::Url => json!({ "elicitation": { "url": {} } }),
            Self::Sample => json!({ "sampling": {} }),
            Self::SampleWithTools => json!({ "sampling": { "tools": {} } }),
            Self::Roots => json!({ "roots": {} }),
        }
    }

    /// What keys begin with.
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Url => "url",
            Self::Sample | Self::SampleWithTools => "sample",
            Self::Roots => "roots",
        }
    }

    fn capability(self) -> &'static str {
        match self {
            Self::Form => "elicitation",
            Self::Url => "elicitation.url",
            Self::Sample => "sampling",
            Self::SampleWithTools => "sampling.tools",
            Self::Roots => "roots",
        }
    }
}

/// A question as it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) kind: Kind,
    pub(crate) params: Box<RawValue>,
    /// The author's name for it.
    pub(crate) key: Option<Cow<'static, str>>,
}

impl Question {
    fn new(kind: Kind, params: &dyn Encode) -> Result<Self, AskError> {
        let params = raw(params);
        // Only a number that is none in JSON cannot be written.
        let params = params.map_err(|error| AskError::Question(error.to_string()))?;
        Ok(Self { kind, params, key: None })
    }
}

impl Context {
    /// Asks the user to fill in a form: await it, and the client has shown it and sent the answer
    /// (client/elicitation).
    ///
    /// `T` is the form: a struct whose fields are texts, numbers, bools, enums of names, lists of
    /// such enums, or `Option` of these. What documents a field or a variant is what the user
    /// reads; `#[serde(default)]` fills a field in. Never ask for a secret this way.
    ///
    /// # Errors
    ///
    /// [`AskError`]; a user who declines or closes the form is no error but [`Elicited`]. A client
    /// without a session is asked in rounds: there the function does not learn of an error, the
    /// client does.
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, Elicited, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Deployment {
    ///     /// Where to
    ///     stage: Stage,
    ///     /// What to tell the team
    ///     note: Option<String>,
    /// }
    ///
    /// #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    /// enum Stage {
    ///     /// A place to try things
    ///     Test,
    ///     /// What customers see
    ///     Production,
    /// }
    ///
    /// /// Deploys the newest build.
    /// #[tool]
    /// async fn deploy(ctx: &Context) -> Result<String, AskError> {
    ///     Ok(match ctx.elicit::<Deployment>("Where to?").await? {
    ///         Elicited::Accepted(to) => format!("deployed to {:?}", to.stage),
    ///         Elicited::Declined | Elicited::Cancelled => "not deployed".to_owned(),
    ///     })
    /// }
    /// ```
    pub fn elicit<T>(&self, message: impl AsRef<str>) -> Elicit<T>
    where
        T: serde::de::DeserializeOwned + schemars::JsonSchema,
    {
        elicit::form(self, message.as_ref())
    }

    /// Asks the user to open a page, for what no form may ask: a sign-in, a payment, a secret.
    ///
    /// [`Elicited::Accepted`] says that the user agreed to open it, not that anything happened
    /// there: the page has to tell the server.
    ///
    /// # Errors
    ///
    /// [`AskError`]; [`Client::can_elicit_url`] tells before whether the client can.
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, Elicited, tool};
    ///
    /// /// Connects the user's calendar.
    /// #[tool]
    /// async fn connect(ctx: &Context) -> Result<&'static str, AskError> {
    ///     let url = "https://calendar.example.com/connect";
    ///     Ok(match ctx.elicit_url("Connect your calendar", url).await? {
    ///         Elicited::Accepted(()) => "follow the page, then try again",
    ///         _ => "not connected",
    ///     })
    /// }
    /// ```
    pub fn elicit_url(&self, message: impl AsRef<str>, url: impl AsRef<str>) -> Elicit<()> {
        elicit::page(self, message.as_ref(), url.as_ref())
    }

    /// Asks the client's model for a message (client/sampling).
    ///
    /// # Errors
    ///
    /// [`AskError`], for example because the user does not want it.
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, PromptMessage, tool};
    ///
    /// /// Says it in one sentence.
    /// #[tool]
    /// async fn shorten(ctx: &Context, text: String) -> Result<String, AskError> {
    ///     let request = format!("Say this in one sentence:\n\n{text}");
    ///     let answer = ctx.sample([PromptMessage::user(request)]).max_tokens(200).await?;
    ///     Ok(answer.text())
    /// }
    /// ```
    pub fn sample(&self, messages: impl IntoIterator<Item = impl Into<SamplingMessage>>) -> Sample {
        sample::sample(self, messages.into_iter().map(Into::into).collect())
    }

    /// Asks which folders the client works in (client/roots).
    ///
    /// # Errors
    ///
    /// [`AskError`].
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, tool};
    ///
    /// /// The folders you gave this server.
    /// #[tool]
    /// async fn folders(ctx: &Context) -> Result<Vec<String>, AskError> {
    ///     Ok(ctx.roots().await?.into_iter().map(|root| root.uri).collect())
    /// }
    /// ```
    pub fn roots(&self) -> ListRoots {
        roots::roots(self)
    }
}
