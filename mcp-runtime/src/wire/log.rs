use serde::{Deserialize, Serialize};

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
