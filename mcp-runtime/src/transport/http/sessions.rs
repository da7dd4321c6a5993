use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::session_id::SessionId;
use crate::context::Outbox;
use crate::server::Session;

/// Sessions that live at once; past it `initialize` is refused.
const LIMIT: usize = 10_000;

/// How long a session lives without being used.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// The open sessions of an endpoint.
///
/// A session that is not used any more is swept out by a task that exists while sessions do.
#[derive(Debug)]
pub(super) struct Sessions {
    limit: usize,
    idle: Duration,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<SessionId, Entry>,
    /// Whether the sweeping task runs.
    swept: bool,
    /// No stream may be opened any more.
    closing: bool,
}

#[derive(Debug)]
struct Entry {
    session: Arc<Session>,
    used: Instant,
    /// Dropped to end the session's standalone stream.
    stream: Option<oneshot::Sender<()>>,
}

impl Entry {
    /// An open stream and a running call keep a session from being idle.
    fn is_in_use(&self) -> bool {
        self.stream.as_ref().is_some_and(|stream| !stream.is_closed()) || self.session.is_busy()
    }
}

impl Sessions {
    pub(super) fn new() -> Arc<Self> {
        Self::with(LIMIT, IDLE)
    }

    fn with(limit: usize, idle: Duration) -> Arc<Self> {
        Arc::new(Self { limit, idle, table: Mutex::default() })
    }

    /// Keeps a session that has just been opened; `None` if there are too many.
    pub(super) fn register(self: &Arc<Self>, session: Arc<Session>) -> Option<SessionId> {
        if self.live() >= self.limit {
            self.sweep();
        }
        let mut table = self.lock();
        if table.entries.len() >= self.limit {
            return None;
        }
        let id = SessionId::random()?;
        table.entries.insert(id, Entry { session, used: Instant::now(), stream: None });
        if !std::mem::replace(&mut table.swept, true) {
            tokio::spawn(keep_sweeping(Arc::downgrade(self), self.idle / 30));
        }
        Some(id)
    }

    /// The session of that id, which counts as a use of it.
    pub(super) fn find(&self, id: SessionId) -> Option<Arc<Session>> {
        let mut table = self.lock();
        let entry = table.entries.get_mut(&id)?;
        entry.used = Instant::now();
        Some(entry.session.clone())
    }

    /// Opens the session's standalone stream, in place of the one it has; it lasts until the
    /// receiver resolves.
    pub(super) fn open_stream(
        &self,
        id: SessionId,
    ) -> Option<(Arc<Outbox>, oneshot::Receiver<()>)> {
        let mut table = self.lock();
        let closing = table.closing;
        let entry = table.entries.get_mut(&id)?;
        entry.used = Instant::now();
        let (end, ended) = oneshot::channel();
        entry.stream = (!closing).then_some(end);
        Some((entry.session.outbox().clone(), ended))
    }

    /// Ends a session and cancels its calls; false if there is none of that id.
    pub(super) fn end(&self, id: SessionId) -> bool {
        let ended = self.lock().entries.remove(&id);
        ended.as_ref().inspect(|entry| entry.session.end()).is_some()
    }

    /// Ends the streams on which nothing but the end is to come.
    pub(super) fn close_streams(&self) {
        let mut table = self.lock();
        table.closing = true;
        table.entries.values_mut().for_each(|entry| entry.stream = None);
    }

    /// Ends every session and cancels what still runs.
    pub(super) fn end_all(&self) {
        let ended = std::mem::take(&mut self.lock().entries);
        ended.values().for_each(|entry| entry.session.end());
    }

    pub(super) fn live(&self) -> usize {
        self.lock().entries.len()
    }

    /// Ends the sessions that were not used for long; false if none is left.
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut table = self.lock();
        table.entries.retain(|_, entry| {
            if entry.is_in_use() {
                entry.used = now;
            }
            now.duration_since(entry.used) <= self.idle
        });
        if table.entries.is_empty() {
            table.entries = HashMap::new(); // gives the memory of a crowd back
        }
        !table.entries.is_empty()
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
    use super::*;

    const SOON: Duration = Duration::from_millis(60);

    fn session() -> Arc<Session> {
        Arc::new(Session::new())
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
        let sessions = Sessions::with(10, SOON);
        for _ in 0..2 {
            let idle = sessions.register(session()).unwrap();
            let streaming = sessions.register(session()).unwrap();
            let (_, stream) = sessions.open_stream(streaming).unwrap();
            until(|| sessions.live() == 1).await;
            assert!(sessions.find(idle).is_none());
            tokio::time::sleep(2 * SOON).await;
            assert!(sessions.find(streaming).is_some());
            drop(stream);
            until(|| sessions.live() == 0).await;
            until(|| !sessions.lock().swept).await;
        }
    }

    #[tokio::test]
    async fn past_the_limit_only_the_idle_make_room() {
        let sessions = Sessions::with(2, Duration::from_secs(60));
        let first = sessions.register(session()).unwrap();
        sessions.register(session()).unwrap();
        assert!(sessions.register(session()).is_none());
        assert!(sessions.end(first));
        assert!(!sessions.end(first));
        assert!(sessions.register(session()).is_some());
    }

    #[tokio::test]
    async fn a_second_stream_ends_the_first_and_closing_ends_all() {
        let sessions = Sessions::new();
        let id = sessions.register(session()).unwrap();
        let (_, first) = sessions.open_stream(id).unwrap();
        let (_, second) = sessions.open_stream(id).unwrap();
        assert!(first.await.is_err());
        sessions.close_streams();
        assert!(second.await.is_err());
        assert!(sessions.open_stream(id).unwrap().1.await.is_err());
    }

    #[tokio::test]
    async fn abandoned_sessions_are_not_kept_alive_by_the_sweeper() {
        let sessions = Sessions::with(10, SOON);
        sessions.register(session()).unwrap();
        let weak = Arc::downgrade(&sessions);
        drop(sessions);
        until(|| weak.strong_count() == 0).await;
    }
}
