//! The sessions that are open at an endpoint: only this transport has several on one address.
//!
//! `session_id` is what a client names one by. The `table` has them all, and makes room for new ones;
//! `owned` is how many each caller has. What is agreed in one is in `server/session/`; its streams,
//! which outlive connections, are in `reply`.

mod owned;
mod session_id;
mod table;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

pub(in crate::transport) use session_id::SessionId;
use table::{Entry, Table};

use crate::context::{Caller, unpoisoned};
use crate::handler::task;
use crate::server::{Life, Limits, Session};
use crate::transport::http::reply::{EventStore, Refusal, Streams};

/// The open sessions of an endpoint.
///
/// A session that is not used any more is swept out by a task that exists while sessions do.
#[derive(Debug)]
pub(super) struct Sessions {
    limit: usize,
    /// Of one caller who has said who it is.
    of_principal: usize,
    idle: Duration,
    /// Of replies, in each session.
    streams: usize,
    store: Arc<dyn EventStore>,
    life: Arc<Life>,
    table: Mutex<Table>,
}

/// A session, and the streams that carry what the server says in it.
#[derive(Debug)]
pub(super) struct OpenSession {
    pub(super) id: SessionId,
    pub(super) session: Arc<Session>,
    pub(super) streams: Arc<Streams>,
}

impl OpenSession {
    /// An open stream and a running call keep a session from being idle.
    fn is_in_use(&self) -> bool {
        self.streams.are_read() || self.session.is_busy()
    }

    /// Ends the session and its streams, and cancels its calls.
    fn end(&self) {
        self.session.end();
        self.streams.end();
    }
}

impl Sessions {
    pub(super) fn new(limits: &Limits, store: Arc<dyn EventStore>, life: &Arc<Life>) -> Arc<Self> {
        Arc::new(Self {
            limit: limits.sessions,
            of_principal: limits.sessions_per_principal,
            idle: limits.session_idle,
            streams: limits.streams_per_session,
            store,
            life: life.clone(),
            table: Mutex::default(),
        })
    }

    /// Keeps a session that has just been opened. If there are too many, the one that was not used
    /// for longest ends, of its own caller first.
    ///
    /// # Errors
    ///
    /// If all are in use.
    pub(super) fn register(self: &Arc<Self>, session: Arc<Session>) -> Result<SessionId, Refusal> {
        let owner = session.owner().clone();
        let mut table = self.lock();
        let evicted = table.make_room(owner.principal(), self.of_principal, self.limit)?;
        let id = self.insert(&mut table, session).ok_or_else(Refusal::too_many_sessions);
        if let (Ok(id), Some(owner)) = (&id, owner.principal()) {
            table.owned.of(owner).push(*id);
        }
        drop(table);
        if let Some(evicted) = evicted {
            evicted.kept.end();
        }
        id
    }

    fn insert(self: &Arc<Self>, table: &mut Table, session: Arc<Session>) -> Option<SessionId> {
        let (id, facts) = (SessionId::random()?, session.handshake()?.revision.facts());
        let outbox = session.outbox().clone();
        // Under the lock: what is there before the end begins is there for `close_streams` to find.
        if !self.life.is_serving() {
            outbox.close();
        }
        let streams = Arc::new(Streams::new(
            id.to_string().into(),
            self.streams,
            outbox,
            facts,
            self.store.clone(),
        ));
        let kept = Arc::new(OpenSession { id, session, streams });
        table.entries.insert(id, Entry { kept, used: Instant::now() });
        if !std::mem::replace(&mut table.swept, true) {
            tokio::spawn(task(keep_sweeping(Arc::downgrade(self), self.idle / 30)));
        }
        Some(id)
    }

    /// The session of that id and caller, which counts as a use of it; none if it was idle for too
    /// long, even if it has not been swept out yet.
    pub(super) fn find(&self, id: SessionId, caller: &Caller) -> Option<Arc<OpenSession>> {
        let now = Instant::now();
        let mut table = self.lock();
        let entry = table.entries.get_mut(&id).filter(|entry| entry.kept.session.is_of(caller))?;
        if now.duration_since(entry.used) > self.idle && !entry.kept.is_in_use() {
            return None;
        }
        entry.used = now;
        Some(entry.kept.clone())
    }

    /// Ends a session and cancels its calls; false if there is none of that id.
    pub(super) fn end(&self, id: SessionId) -> bool {
        let ended = self.lock().entries.remove(&id);
        ended.inspect(|entry| entry.kept.end()).is_some()
    }

    /// Ends the streams on which nothing but the end is to come.
    pub(super) fn close_streams(&self) {
        let table = self.lock();
        table.entries.values().for_each(|entry| entry.kept.session.outbox().close());
    }

    /// Ends every session and cancels what still runs.
    pub(super) fn end_all(&self) {
        let ended = std::mem::take(&mut self.lock().entries);
        ended.values().for_each(|entry| entry.kept.end());
    }

    #[cfg(test)]
    pub(super) fn live(&self) -> usize {
        self.lock().entries.len()
    }

    /// Ends the sessions that were not used for long; false if none is left.
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut table = self.lock();
        let is_idle = |_: &SessionId, entry: &mut Entry| {
            if entry.kept.is_in_use() {
                entry.used = now;
            }
            entry.kept.streams.sweep(now);
            now.duration_since(entry.used) > self.idle
        };
        let idle: Vec<_> = table.entries.extract_if(is_idle).map(|(_, entry)| entry).collect();
        if table.entries.is_empty() {
            table.entries = HashMap::new(); // gives the memory of a crowd back
        }
        let Table { entries, owned, .. } = &mut *table;
        owned.retain(|id| entries.contains_key(id));
        let any = !table.entries.is_empty();
        drop(table);
        idle.iter().for_each(|entry| entry.kept.end());
        any
    }

    /// As [`sweep`](Self::sweep); without sessions there is nothing more to sweep for.
    fn sweep_on(&self) -> bool {
        let any = self.sweep();
        let mut table = self.lock();
        table.swept = any || !table.entries.is_empty();
        table.swept
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        unpoisoned(self.table.lock())
    }
}

/// Weak, so that it does not keep the sessions of a server that is gone.
async fn keep_sweeping(sessions: Weak<Sessions>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        match sessions.upgrade() {
            Some(sessions) if sessions.sweep_on() => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests;
