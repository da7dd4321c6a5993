use serde::{Deserialize, Serialize};

use super::{Code, ErrorObject, Member, Message};

/// How severe a log message is: the eight levels of RFC 5424 (server/utilities/logging).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the specification's")]
#[expect(clippy::exhaustive_enums, reason = "RFC 5424 has eight levels")]
pub enum LogLevel {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

impl LogLevel {
    /// A level that a client asks for.
    pub(crate) fn of(message: &Message, member: Member) -> Result<Option<Self>, ErrorObject> {
        message.read(member).map_err(|_| {
            let what = format!(
                "{} must be one of debug, info, notice, warning, error, critical, alert, emergency",
                member.path()
            );
            ErrorObject::new(Code::INVALID_PARAMS, what)
        })
    }
}
