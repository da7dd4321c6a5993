use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::oneshot;

use super::questions::Questions;
use crate::context::{Answer, Client, Context, LogFilter, Port};
use crate::revision::Revision;
use crate::wire::log::LogLevel;
use crate::wire::{Message, RequestId};

/// A conversation: what `initialize` agreed on, and the calls that run.
///
/// A stdio process, an SSE connection and a Streamable HTTP session each have one. Over stdio it
/// also holds the stateless calls of the same process, which are cancelled by id like the others.
#[derive(Debug)]
pub(crate) struct Session {
    handshake: OnceLock<Handshake>,
    log_level: Arc<AtomicU8>,
    in_flight: Mutex<HashMap<RequestId, Context>>,
    /// What functions have asked the client.
    questions: Questions,
}

/// What `initialize` settled.
#[derive(Debug)]
pub(crate) struct Handshake {
    pub(crate) revision: Revision,
    pub(crate) client: Arc<Client>,
}

impl Session {
    /// A session that waits for `initialize`.
    pub(crate) fn new() -> Self {
        Self {
            handshake: OnceLock::new(),
            log_level: Arc::new(AtomicU8::new(LogLevel::Info as u8)),
            in_flight: Mutex::default(),
            questions: Questions::default(),
        }
    }

    /// A session nobody opened: for servers that keep none, each legacy request has its own.
    pub(crate) fn assumed(revision: Revision) -> Self {
        let session = Self::new();
        let _ = session.open(Handshake { revision, client: Arc::default() });
        session
    }

    /// Opens the session; an error if it is open already.
    pub(super) fn open(&self, handshake: Handshake) -> Result<(), Handshake> {
        self.handshake.set(handshake)
    }

    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        self.handshake.get()
    }

    /// The level from which log messages are sent: `info` until the client says otherwise.
    pub(super) fn set_log_level(&self, level: LogLevel) {
        self.log_level.store(level as u8, Ordering::Relaxed);
    }

    pub(super) fn log_filter(&self) -> LogFilter {
        LogFilter::Session(self.log_level.clone())
    }

    /// Notes a call that runs; false if another one of the same id does.
    pub(super) fn begin(&self, call: &Context) -> bool {
        let mut in_flight = self.in_flight();
        let id = &call.request().id;
        if in_flight.contains_key(id) {
            return false;
        }
        in_flight.insert(id.clone(), call.clone());
        true
    }

    pub(super) fn end(&self, id: &RequestId) {
        self.in_flight().remove(id);
    }

    /// Cancels the call of that id, if it still runs (basic/utilities/cancellation).
    pub(super) fn cancel(&self, id: &RequestId) {
        let call = self.in_flight().get(id).cloned();
        if let Some(call) = call {
            call.request().cancellation.cancel();
        }
    }

    /// Whether a call runs.
    pub(crate) fn is_busy(&self) -> bool {
        !self.in_flight().is_empty()
    }

    /// Cancels every call: the session is over.
    pub(crate) fn cancel_all(&self) {
        let calls: Vec<_> = self.in_flight().values().cloned().collect();
        calls.iter().for_each(|call| call.request().cancellation.cancel());
    }

    /// Hands the client's response to whoever asked; one that nobody waits for is ignored.
    pub(super) fn answer(&self, id: &RequestId, response: &Message) {
        self.questions.answer(id, response);
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<RequestId, Context>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Port for Session {
    fn expect(&self) -> Option<(i64, oneshot::Receiver<Answer>)> {
        self.questions.expect()
    }

    fn forget(&self, id: i64) {
        self.questions.forget(id);
    }
}
