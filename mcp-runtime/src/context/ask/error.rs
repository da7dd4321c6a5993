use std::fmt;
use std::time::Duration;

/// Why a question to the client has no answer.
///
/// It is an error a function can return as it is; a model then reads what it says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum AskError {
    /// The client has not declared this capability: `elicitation`, `sampling` or `roots`.
    /// [`Client::can_elicit`](crate::Client::can_elicit) and its like tell before.
    Unsupported(&'static str),
    /// The call has no stream to ask on: the server keeps no sessions, or the client reads only JSON.
    NoStream,
    /// The client answered with an error, for example because its user refused.
    Refused {
        /// The code of the error.
        code: i64,
        /// What the client says about it.
        message: String,
    },
    /// The client answered something else than was asked for.
    Malformed(String),
    /// No answer came in time.
    TimedOut(Duration),
    /// The question cannot be put: the type is no form, or the revision has no words for it.
    Question(String),
    /// Too many questions of this client are open.
    TooMany,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsupported(capability) => {
                write!(f, "the client does not support `{capability}`")
            }
            Self::NoStream => f.write_str("there is no stream to ask the client on"),
            Self::Refused { code, message } => write!(f, "the client refused: {message} ({code})"),
            Self::Malformed(what) => write!(f, "the client's answer cannot be read: {what}"),
            Self::TimedOut(limit) => write!(f, "the client did not answer within {limit:?}"),
            Self::Question(what) => f.write_str(what),
            Self::TooMany => f.write_str("too many questions to the client are open"),
        }
    }
}

impl std::error::Error for AskError {}
