//! A session: what lasts from one request of a client to the next.
//!
//! Here is what `initialize` agreed on. `in_flight` are the calls that run, `questions` what those have
//! asked the client, until they are answered.

mod in_flight;
mod questions;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use tokio::sync::oneshot;

use in_flight::InFlight;
use questions::Questions;

use crate::context::{Answer, Caller, Client, Context, LogFilter, Outbox, Port, Room, unpoisoned};
use crate::revision::Revision;
use crate::server::offer::Subscription;
use crate::wire::log::LogLevel;
use crate::wire::{Code, ErrorObject, Message, RequestId};

/// A conversation: what `initialize` agreed on, and the calls that run.
///
/// A stdio process, an SSE connection and a Streamable HTTP session each have one. Over stdio it
/// also holds the stateless calls of the same process, which are cancelled by id like the others.
#[derive(Debug)]
pub(crate) struct Session {
    /// Who opened it, and may use it.
    owner: Caller,
    handshake: OnceLock<Handshake>,
    log_level: Arc<AtomicU8>,
    calls: Mutex<Calls>,
    most_calls: usize,
    /// What functions have asked the client.
    questions: Questions,
    outbox: Arc<Outbox>,
    /// What its client is told of; none if nothing but replies reaches it.
    subscription: OnceLock<Arc<Subscription>>,
}

#[derive(Debug, Default)]
struct Calls {
    in_flight: InFlight,
    ended: bool,
}

/// What `initialize` settled.
#[derive(Debug)]
pub(crate) struct Handshake {
    pub(crate) revision: Revision,
    /// What the client said of itself, as JSON, and what was made of it: nothing before it is asked for.
    info: Option<Box<[u8]>>,
    capabilities: Option<Box<[u8]>>,
    client: OnceLock<Arc<Client>>,
}

impl Handshake {
    pub(super) fn new(
        revision: Revision,
        info: Option<&[u8]>,
        capabilities: Option<&[u8]>,
    ) -> Self {
        let (info, capabilities) = (info.map(Into::into), capabilities.map(Into::into));
        Self { revision, info, capabilities, client: OnceLock::new() }
    }

    pub(crate) fn client(&self) -> &Arc<Client> {
        let Self { revision, info, capabilities, client } = self;
        client.get_or_init(|| {
            Arc::new(Client::from_raw(*revision, info.as_deref(), capabilities.as_deref()))
        })
    }
}

impl Session {
    /// A session of that caller, which waits for `initialize`.
    pub(crate) fn new(room: &Arc<Room>, owner: Caller) -> Self {
        Self {
            owner,
            handshake: OnceLock::new(),
            log_level: Arc::new(AtomicU8::new(LogLevel::Info as u8)),
            calls: Mutex::default(),
            most_calls: room.calls,
            questions: Questions::new(room.questions),
            outbox: Arc::new(Outbox::new(room)),
            subscription: OnceLock::new(),
        }
    }

    /// A session nobody opened: for servers that keep none, each legacy request has its own.
    pub(crate) fn assumed(revision: Revision, room: &Arc<Room>, owner: Caller) -> Self {
        let session = Self::new(room, owner);
        let _ = session.open(Handshake::new(revision, None, None));
        session
    }

    pub(crate) fn owner(&self) -> &Caller {
        &self.owner
    }

    /// Whether that caller opened it; to others it is as if it were not there
    /// (basic/security, "Session Hijacking").
    pub(crate) fn is_of(&self, caller: &Caller) -> bool {
        self.owner.is(caller)
    }

    /// Opens the session; an error if it is open already.
    pub(super) fn open(&self, handshake: Handshake) -> Result<(), Handshake> {
        self.handshake.set(handshake)
    }

    pub(crate) fn handshake(&self) -> Option<&Handshake> {
        self.handshake.get()
    }

    /// Lets the client be told of changes.
    pub(super) fn subscribe(&self, subscription: Arc<Subscription>) {
        let _ = self.subscription.set(subscription); // a session is opened once
    }

    pub(super) fn subscription(&self) -> Option<&Subscription> {
        self.subscription.get().map(AsRef::as_ref)
    }

    /// What waits to be sent to the client beside the replies to its requests; these too, where
    /// everything goes over one stream.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }

    /// The level from which log messages are sent: `info` until the client says otherwise.
    pub(super) fn set_log_level(&self, level: LogLevel) {
        self.log_level.store(level as u8, Ordering::Relaxed);
    }

    pub(super) fn log_filter(&self) -> LogFilter {
        LogFilter::Session(self.log_level.clone())
    }

    fn begin(&self, call: &Context) -> Result<(), ErrorObject> {
        let invalid = |what: &'static str| Err(ErrorObject::new(Code::INVALID_REQUEST, what));
        let Calls { in_flight, ended } = &mut *self.calls();
        if *ended {
            return invalid("the session is over");
        }
        let running = in_flight.len();
        if in_flight.find(&call.request().id).is_some() {
            return invalid("a request of this id is running already");
        }
        if running >= self.most_calls {
            let what = format!("{running} requests of this session are running");
            let what = format!("{what} (--max-calls-per-session); try again when one has ended");
            return Err(ErrorObject::new(Code::INTERNAL_ERROR, what));
        }
        in_flight.insert(call.clone());
        Ok(())
    }

    /// Cancels the call of that id, if it still runs (basic/utilities/cancellation).
    pub(super) fn cancel(&self, id: &RequestId) {
        let call = self.calls().in_flight.find(id).cloned();
        if let Some(call) = call {
            call.cancellation().cancel();
        }
    }

    /// Whether a call runs that does not wait for its client: who is gone would be waited for as
    /// long as the server runs.
    pub(crate) fn is_busy(&self) -> bool {
        self.calls().in_flight.iter().any(|call| !call.asks().are_open())
    }

    /// Ends the session: cancels every call, and lets no other begin.
    pub(crate) fn end(&self) {
        self.outbox.close();
        let in_flight: Vec<_> = {
            let mut calls = self.calls();
            calls.ended = true;
            calls.in_flight.iter().cloned().collect()
        };
        in_flight.iter().for_each(|call| call.cancellation().cancel());
    }

    /// Hands the client's response to whoever asked; one that nobody waits for is ignored.
    pub(super) fn answer(&self, id: &RequestId, response: &Message) {
        self.questions.answer(id, response);
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        unpoisoned(self.calls.lock())
    }
}

impl Port for Session {
    fn expect(&self) -> Option<(i64, oneshot::Receiver<Answer>)> {
        self.questions.expect()
    }

    fn forget(&self, id: i64) -> bool {
        self.questions.forget(id)
    }
}

/// A call that its session knows of, so that it can be cancelled by its id: from before its
/// function starts until this is dropped. Without a session there is nobody to do so.
#[derive(Debug)]
pub(super) struct Noted(Option<(Arc<Session>, Context)>);

impl Noted {
    #[inline] // without a session it is nothing
    pub(super) fn new(session: Option<Arc<Session>>, call: &Context) -> Result<Self, ErrorObject> {
        let Some(session) = session else { return Ok(Self(None)) };
        session.begin(call)?;
        Ok(Self(Some((session, call.clone()))))
    }

    pub(super) fn session(&self) -> Option<&Arc<Session>> {
        self.0.as_ref().map(|(session, _)| session)
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if let Some((session, call)) = &self.0 {
            session.calls().in_flight.remove(&call.request().id);
        }
    }
}
