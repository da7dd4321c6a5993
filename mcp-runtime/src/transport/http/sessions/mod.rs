//! The sessions that are open at an endpoint: only this transport has several on one address.
//!
//! `session_id` is what a client names one by, `owned` how many each caller has. What is agreed in
//! one is in `server/session.rs`; its streams, which outlive connections, are in `reply`.

mod owned;
mod session_id;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use owned::Owned;
pub(in crate::transport) use session_id::SessionId;

use crate::context::{Caller, Principal};
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

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<SessionId, Entry>,
    owned: Owned,
    /// Those that were idle for longest when they were looked for, and when they were last used.
    idlest: VecDeque<(SessionId, Instant)>,
    /// Whether the sweeping task runs.
    swept: bool,
}

#[derive(Debug)]
struct Entry {
    kept: Arc<OpenSession>,
    used: Instant,
}

impl Table {
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
        let mut evicted = match owner.principal() {
            Some(owner) => table.evict_of(owner, self.of_principal)?,
            None => None,
        };
        if evicted.is_none() && table.entries.len() >= self.limit {
            evicted = Some(table.evict().ok_or_else(Refusal::too_many_sessions)?);
        }
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
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
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
mod tests {
    use std::task;

    use super::*;
    use crate::context::{AskError, Budget, Context, NoHeaders};
    use crate::revision::Revision;
    use crate::server::{Incoming, Outcome, Server};
    use crate::transport::http::reply::stream::Events;
    use crate::transport::http::reply::{MemoryEvents, Reader, StoredEvent};
    use crate::wire::Message;

    const SOON: Duration = Duration::from_millis(60);

    fn session() -> Arc<Session> {
        Arc::new(Session::assumed(Revision::NEWEST_HANDSHAKE, &Arc::default(), Caller::Anyone))
    }

    fn sessions(limit: usize, idle: Duration) -> Arc<Sessions> {
        sessions_of(limit, idle, &Arc::default())
    }

    fn sessions_of(limit: usize, idle: Duration, life: &Arc<Life>) -> Arc<Sessions> {
        let limits = Limits::default().sessions(limit).session_idle(idle);
        let store = MemoryEvents::new(&limits, &Budget::new(limits.memory));
        Sessions::new(&limits, Arc::new(store), life)
    }

    /// Whether its reader is told that nothing follows.
    fn has_ended(reader: &mut Reader) -> bool {
        let mut cx = task::Context::from_waker(task::Waker::noop());
        reader.poll_events(&mut cx, &mut Vec::new()).is_ready()
    }

    async fn until(condition: impl Fn() -> bool) {
        let patience = Instant::now() + Duration::from_secs(5);
        while !condition() {
            assert!(Instant::now() < patience, "waited too long");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    #[tokio::test]
    async fn an_idle_session_is_swept_out_and_a_streaming_one_stays() {
        let sessions = sessions(10, SOON);
        for _ in 0..2 {
            let idle = sessions.register(session()).unwrap();
            let streaming = sessions.register(session()).unwrap();
            let stream = sessions.find(streaming, &Caller::Anyone).unwrap().streams.standalone();
            until(|| sessions.live() == 1).await;
            assert!(sessions.find(idle, &Caller::Anyone).is_none());
            tokio::time::sleep(2 * SOON).await;
            assert!(sessions.find(streaming, &Caller::Anyone).is_some());
            drop(stream);
            until(|| sessions.live() == 0).await;
            until(|| !sessions.lock().swept).await;
        }
    }

    /// Asks, and waits for the answer.
    #[crate::tool]
    async fn ask(ctx: &Context) -> Result<usize, AskError> {
        Ok(ctx.roots().await?.len())
    }

    #[tokio::test]
    async fn a_session_whose_client_left_without_an_answer_is_idle() {
        let service = Server::new("test", "1").with(crate::tools![ask]).build(&()).await.unwrap();
        let session = Arc::new(Session::new(&service.room, Caller::Anyone));
        let hand_in = |message: String| {
            service.handle(Incoming {
                message: Message::parse(message.into()).unwrap(),
                session: Some(session.clone()),
                peer: Arc::new(NoHeaders(Caller::Anyone)),
                outbox: None,
                trace: None,
            })
        };
        let revision = Revision::NEWEST_HANDSHAKE;
        hand_in(format!(
            r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{"roots":{{}}}}}}}}"#
        ));
        let call =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#.to_owned();
        let Outcome::Pending(call) = hand_in(call) else { panic!("it waits for an answer") };
        let sessions = sessions(10, SOON);
        sessions.register(session.clone()).unwrap();
        let ended = tokio::spawn(call);
        until(|| sessions.live() == 0).await;
        assert!(ended.await.unwrap().is_none(), "it is cancelled with its session");
    }

    /// An author's store that does not do what it should.
    #[derive(Debug)]
    struct Broken;

    impl EventStore for Broken {
        fn append(&self, _: &str, _: StoredEvent) {}

        fn after(&self, _: &str, _: u32, _: u64) -> Vec<StoredEvent> {
            Vec::new()
        }

        fn forget(&self, _: &str) {
            panic!("it cannot forget");
        }
    }

    #[tokio::test]
    async fn a_store_that_panics_keeps_no_session() {
        let limits = Limits::default().session_idle(SOON);
        let sessions = Sessions::new(&limits, Arc::new(Broken), &Arc::default());
        for _ in 0..2 {
            sessions.register(session()).unwrap();
            sessions.register(session()).unwrap();
            until(|| sessions.live() == 0).await;
            until(|| !sessions.lock().swept).await;
        }
    }

    #[tokio::test]
    async fn past_the_limit_the_session_ends_that_was_idle_for_longest() {
        let sessions = sessions(3, Duration::from_secs(60));
        let [first, second, third] = [(); 3].map(|()| sessions.register(session()).unwrap());
        assert!(sessions.find(first, &Caller::Anyone).is_some(), "which is a use of it");
        let fourth = sessions.register(session()).unwrap();
        assert!(sessions.find(second, &Caller::Anyone).is_none());
        let _streams = [first, third]
            .map(|id| sessions.find(id, &Caller::Anyone).unwrap().streams.standalone());
        let fifth = sessions.register(session()).unwrap();
        assert!(sessions.find(fourth, &Caller::Anyone).is_none(), "others are in use");
        let _stream = sessions.find(fifth, &Caller::Anyone).unwrap().streams.standalone();
        assert!(sessions.register(session()).is_err(), "all are");
        assert!(sessions.end(first));
        assert!(!sessions.end(first));
        assert!(sessions.register(session()).is_ok());
    }

    #[tokio::test]
    async fn a_second_stream_ends_the_first_and_closing_ends_all() {
        let service = Server::new("test", "1").build(&()).await.unwrap();
        let sessions = sessions_of(10, SOON, service.life());
        let id = sessions.register(session()).unwrap();
        let streams = sessions.find(id, &Caller::Anyone).unwrap().streams.clone();
        let (mut first, mut second) = (streams.standalone(), streams.standalone());
        assert!(has_ended(&mut first));
        assert!(!has_ended(&mut second));
        service.stop().await;
        sessions.close_streams();
        assert!(has_ended(&mut second));
        assert!(has_ended(&mut streams.standalone()));
        let late = sessions.register(session()).unwrap();
        assert!(has_ended(&mut sessions.find(late, &Caller::Anyone).unwrap().streams.standalone()));
    }

    #[tokio::test]
    async fn abandoned_sessions_are_not_kept_alive_by_the_sweeper() {
        let sessions = sessions(10, SOON);
        sessions.register(session()).unwrap();
        let weak = Arc::downgrade(&sessions);
        drop(sessions);
        until(|| weak.strong_count() == 0).await;
    }
}
