use std::collections::HashMap;

use super::session_id::SessionId;
use crate::context::Principal;

/// Which sessions callers have opened that said who they are. Some may be over: whoever knows that
/// says so with [`retain`](Self::retain), and before it says that somebody has too many.
#[derive(Debug, Default)]
pub(super) struct Owned(HashMap<Owner, Vec<SessionId>>);

/// As [`Principal::key`].
type Owner = (Option<String>, Option<String>, String);

impl Owned {
    pub(super) fn of(&mut self, owner: &Principal) -> &mut Vec<SessionId> {
        let (issuer, token, subject) = owner.key();
        let owner = (issuer.map(str::to_owned), token.map(str::to_owned), subject.to_owned());
        self.0.entry(owner).or_default()
    }

    /// Forgets those that are over, and who has no other.
    pub(super) fn retain(&mut self, is_open: impl Fn(&SessionId) -> bool) {
        self.0.retain(|_, sessions| {
            sessions.retain(&is_open);
            !sessions.is_empty()
        });
    }
}
