//! The clients that are connected, each by its stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::context::Caller;
use crate::server::{Limits, Session};
use crate::transport::http::reply::Refusal;
use crate::transport::http::sessions::SessionId;

#[derive(Debug)]
pub(super) struct Connected {
    limit: usize,
    /// Of one caller who has said who it is.
    of_principal: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    sessions: HashMap<SessionId, Arc<Session>>,
    /// Nobody may connect any more.
    closing: bool,
}

impl Connected {
    pub(super) fn new(limits: &Limits) -> Self {
        let (limit, of_principal) = (limits.sessions, limits.sessions_per_principal);
        Self { limit, of_principal, table: Mutex::default() }
    }

    /// Each has its stream, so none is idle and would make room.
    pub(super) fn register(&self, session: Arc<Session>) -> Result<SessionId, Refusal> {
        let mut table = self.lock();
        if table.closing {
            return Err(Refusal::stopping());
        }
        if table.sessions.len() >= self.limit {
            return Err(Refusal::too_many_sessions());
        }
        let owner = session.owner();
        let own = || table.sessions.values().filter(|other| other.is_of(owner)).count();
        if owner.principal().is_some() && own() >= self.of_principal {
            return Err(Refusal::too_many_sessions_of_one(self.of_principal));
        }
        let id = SessionId::random().ok_or_else(Refusal::too_many_sessions)?;
        table.sessions.insert(id, session);
        Ok(id)
    }

    /// The session of that id and caller.
    pub(super) fn find(&self, id: SessionId, caller: &Caller) -> Option<Arc<Session>> {
        self.lock().sessions.get(&id).filter(|session| session.is_of(caller)).cloned()
    }

    /// Ends each stream once what it owes is sent, and lets no other begin: it would hold up the end.
    pub(super) fn close(&self) {
        let mut table = self.lock();
        table.closing = true;
        table.sessions.values().for_each(|session| session.outbox().close());
    }

    pub(super) fn remove(&self, id: SessionId) {
        self.lock().sessions.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Arc<Session> {
        Arc::new(Session::new(&Arc::default(), Caller::Anyone))
    }

    #[test]
    fn nobody_connects_behind_the_last_one() {
        let connected = Connected::new(&Limits::default());
        let before = session();
        connected.register(before.clone()).unwrap();
        connected.close();
        assert!(before.outbox().is_done());
        let refused = connected.register(session()).unwrap_err();
        assert!(refused.to_string().starts_with("503"), "{refused}");
    }
}
