use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use super::owned::Owned;
use super::{OpenSession, SessionId};
use crate::context::Principal;
use crate::transport::http::reply::Refusal;

/// The open sessions, and who makes room for a new one.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) entries: HashMap<SessionId, Entry>,
    pub(super) owned: Owned,
    /// Those that were idle for longest when they were looked for, and when they were last used.
    idlest: VecDeque<(SessionId, Instant)>,
    /// Whether the sweeping task runs.
    pub(super) swept: bool,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kept: Arc<OpenSession>,
    pub(super) used: Instant,
}

impl Table {
    /// Takes out a session if there may not be one more: of its own caller first.
    ///
    /// # Errors
    ///
    /// If all are in use.
    pub(super) fn make_room(
        &mut self,
        owner: Option<&Principal>,
        of_principal: usize,
        limit: usize,
    ) -> Result<Option<Entry>, Refusal> {
        if let Some(owner) = owner
            && let Some(own) = self.evict_of(owner, of_principal)?
        {
            return Ok(Some(own));
        }
        match self.entries.len() >= limit {
            true => self.evict().map(Some).ok_or_else(Refusal::too_many_sessions),
            false => Ok(None),
        }
    }

    /// Takes out the session of that caller which was idle for longest, if it may not have one more.
    fn evict_of(&mut self, owner: &Principal, limit: usize) -> Result<Option<Entry>, Refusal> {
        let Self { entries, owned, .. } = self;
        let own = owned.of(owner);
        if own.len() >= limit {
            own.retain(|id| entries.contains_key(id));
        }
        if own.len() < limit {
            return Ok(None);
        }
        let open = own.iter().filter_map(|id| Some((*id, entries.get(id)?)));
        let idle = open.filter(|(_, entry)| !entry.kept.is_in_use());
        let idlest = idle.min_by_key(|(_, entry)| entry.used).map(|(id, _)| id);
        let idlest = idlest.ok_or_else(|| Refusal::too_many_sessions_of_one(limit))?;
        Ok(entries.remove(&idlest))
    }

    /// Takes out the session that was idle for longest.
    fn evict(&mut self) -> Option<Entry> {
        if let Some(idlest) = self.take_idlest() {
            return Some(idlest);
        }
        self.find_idlest();
        self.take_idlest()
    }

    fn take_idlest(&mut self) -> Option<Entry> {
        while let Some((id, used)) = self.idlest.pop_front() {
            let still = |entry: &Entry| entry.used == used && !entry.kept.is_in_use();
            if self.entries.get(&id).is_some_and(still) {
                return self.entries.remove(&id);
            }
        }
        None
    }

    /// Looks for some at once: a crowd that opens sessions must not have all be looked at each time.
    fn find_idlest(&mut self) {
        let idle = self.entries.iter().filter(|(_, entry)| !entry.kept.is_in_use());
        let mut idle: Vec<_> = idle.map(|(id, entry)| (*id, entry.used)).collect();
        idle.sort_unstable_by_key(|(_, used)| *used);
        idle.truncate(1 + self.entries.len() / 100);
        self.idlest = idle.into();
    }
}
