//! The clients that are connected, each by its stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::context::{Caller, unpoisoned};
use crate::server::{Life, Service, Session};
use crate::transport::http::reply::Refusal;
use crate::transport::http::sessions::SessionId;

#[derive(Debug)]
pub(super) struct Connected {
    limit: usize,
    /// Of one caller who has said who it is.
    of_principal: usize,
    life: Arc<Life>,
    sessions: Mutex<HashMap<SessionId, Arc<Session>>>,
}

impl Connected {
    pub(super) fn new(service: &Service) -> Self {
        Self {
            limit: service.limits.sessions,
            of_principal: service.limits.sessions_per_principal,
            life: service.life().clone(),
            sessions: Mutex::default(),
        }
    }

    /// Each has its stream, so none is idle and would make room.
    pub(super) fn register(&self, session: Arc<Session>) -> Result<SessionId, Refusal> {
        let mut sessions = self.lock();
        // Under the lock: whoever comes in before the end begins is there for `close` to find.
        Refusal::unless_serving(&self.life)?;
        if sessions.len() >= self.limit {
            return Err(Refusal::too_many_sessions());
        }
        let owner = session.owner();
        let own = || sessions.values().filter(|other| other.is_of(owner)).count();
        if owner.principal().is_some() && own() >= self.of_principal {
            return Err(Refusal::too_many_sessions_of_one(self.of_principal));
        }
        let id = SessionId::random().ok_or_else(Refusal::too_many_sessions)?;
        sessions.insert(id, session);
        Ok(id)
    }

    /// The session of that id and caller.
    pub(super) fn find(&self, id: SessionId, caller: &Caller) -> Option<Arc<Session>> {
        self.lock().get(&id).filter(|session| session.is_of(caller)).cloned()
    }

    /// Ends each stream once what it owes is sent. The server drains, so no other begins.
    pub(super) fn close(&self) {
        self.lock().values().for_each(|session| session.outbox().close());
    }

    pub(super) fn remove(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Session>>> {
        unpoisoned(self.sessions.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Server;

    fn session() -> Arc<Session> {
        Arc::new(Session::new(&Arc::default(), Caller::Anyone))
    }

    #[tokio::test]
    async fn nobody_connects_behind_the_last_one() {
        let service = Server::new("test", "1").build(&()).await.unwrap();
        let connected = Connected::new(&service);
        let before = session();
        connected.register(before.clone()).unwrap();
        service.stop().await;
        connected.close();
        assert!(before.outbox().is_done());
        let refused = connected.register(session()).unwrap_err();
        assert!(refused.to_string().starts_with("503"), "{refused}");
    }
}
