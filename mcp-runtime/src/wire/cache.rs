use std::time::Duration;

use serde::Serialize;

use super::number::MAX_SAFE_INTEGER;

/// Who may be given a copy of what a client keeps (server/utilities/caching).
///
/// It says what is sensible, and protects nothing: never rest access control on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the specification has two scopes")]
pub enum CacheScope {
    /// Anybody: the answer is the same whoever asks.
    Public,
    /// Only who asked.
    #[default]
    Private,
}

/// How long a client may keep a result, and for whom. Unless somebody says more: not at all, and for no one else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CacheHint {
    pub(crate) ttl: Duration,
    pub(crate) scope: CacheScope,
}

impl CacheHint {
    pub(crate) fn ttl_ms(self) -> u64 {
        let most = MAX_SAFE_INTEGER as u64;
        u64::try_from(self.ttl.as_millis()).unwrap_or(most).min(most)
    }
}
