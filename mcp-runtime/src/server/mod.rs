//! The protocol without I/O: a message in, an [`Outcome`] out.
//!
//! A transport turns bytes into [`Incoming`], an [`Outcome`] into bytes, and a hang-up into a drop.
//! Each folder is a step, or what steps share, and its first page says how to read it. Who reads the
//! files named here in the same order has followed a call from its message to its reply:
//!
//! ```text
//! builder    an author builds a server                               mod
//! lifecycle  of which era is a message, and of which revision?       mod, handshake, stateless
//! methods    which method is meant, and which function?              dispatch, tools
//! call       the function runs                                       origin, mod, running
//! rounds     what it asks goes with the reply, and comes back        mod
//! session    what lasts between requests, where something does       mod
//! offer      what there is now, how it changes, and who hears of it  mod
//! shutdown   what runs may finish, and then the server is over       life, ending
//! limits     what clients may use up                                 mod
//! ```
//!
//! A step uses only those below it. `reply` is what is said to a request in the end, and `watch` hears
//! how it went, and has it recorded. `error` is why a server cannot start. `steps` takes a request
//! through the steps one by one, for benchmarks.

mod builder;
mod call;
mod error;
mod lifecycle;
mod limits;
mod methods;
mod offer;
mod reply;
mod rounds;
mod session;
mod shutdown;
#[cfg(feature = "__steps")]
pub mod steps;
mod watch;

use std::fmt;
#[cfg(feature = "layers")]
use std::sync::Mutex;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use serde_json::value::RawValue;

use builder::Extensions;
pub(crate) use builder::Scopes;
pub use builder::{Extension, MethodError, Server, StateFactory};
use call::Capacity;
pub(crate) use call::PendingCall;
#[cfg(feature = "layers")]
pub use call::{CallOutcome, CallReply, CallRequest, Calls};
pub use error::Error;
pub(crate) use lifecycle::{asks, describes_itself};
pub use limits::Limits;
use offer::Offer;
pub use offer::ServerHandle;
pub(crate) use reply::{Class, Reply, STOPPING};
use rounds::Seal;
pub(crate) use session::Session;
pub use shutdown::ShutdownHook;
pub(crate) use shutdown::{Hold, Life};
pub(crate) use watch::{ACCESS, Ended, Heard, Hears, Step, Traces, first};

use crate::context::{Budget, OnceStore, Outbox, Owed, Peer, Reserved, Room, States};
use crate::registry::Registry;
use crate::revision::{At, Revision, Stamp};
use crate::wire::cache::CacheHint;
use crate::wire::initialize::{Implementation, Offered, ServerCapabilities};
use crate::wire::{Code, ErrorObject, Frame, Message, Unreadable, raw};

/// A built server, shared by every connection. Nothing in it changes but what it offers.
pub(crate) struct Service {
    info: Implementation,
    /// The same as results say it that describe themselves.
    info_json: OnceLock<Box<RawValue>>,
    cache: CacheHint,
    instructions: Option<String>,
    offer: Arc<Offer>,
    extensions: Extensions,
    states: Arc<States>,
    scopes: Scopes,
    seal: Seal,
    once: Arc<dyn OnceStore>,
    capacity: Capacity,
    pub(crate) limits: Limits,
    /// How much may wait in each outbox, and in all.
    pub(crate) room: Arc<Room>,
    life: Arc<Life>,
    drain: Duration,
    #[cfg(feature = "layers")]
    layers: Option<Mutex<Calls>>,
    /// Who is told of requests.
    hears: OnceLock<Box<dyn Hears>>,
    /// Who records them as steps of traces.
    traces: Option<Box<dyn Traces>>,
}

/// Why there is no memory, and what to do.
pub(crate) const NO_MEMORY: &str =
    "the server holds as much for its clients as it may (--max-memory); try again later";

/// A message and what its transport knows about it.
pub(crate) struct Incoming {
    pub(crate) message: Message,
    /// The session it belongs to; for `initialize` one that is not open yet.
    pub(crate) session: Option<Arc<Session>>,
    pub(crate) peer: Arc<dyn Peer>,
    /// Where its call says things; without one it has an outbox of its own.
    pub(crate) outbox: Option<Arc<Outbox>>,
}

impl Incoming {
    /// A message of a session, whose call says what it has to say in that outbox.
    pub(crate) fn of_session(
        message: Message,
        session: &Arc<Session>,
        peer: Arc<dyn Peer>,
        outbox: &Arc<Outbox>,
    ) -> Self {
        let (session, outbox) = (Some(session.clone()), Some(outbox.clone()));
        Self { message, session, peer, outbox }
    }
}

/// What becomes of a message.
pub(crate) enum Outcome {
    /// A reply, and before it what the call said, if that is not in the message's outbox already.
    Ready { notifications: Vec<Vec<u8>>, reply: Reply },
    /// A function that has not returned yet. Dropping it cancels the call.
    Pending(PendingCall),
    /// A notification or a response: nothing is said to it.
    Accepted,
}

impl Outcome {
    /// Puts the reply where it is owed: now, or in a task once it is there.
    fn deliver(self, owed: Owed) {
        match self {
            Self::Accepted => {}
            Self::Ready { reply, .. } => owed.reply(reply.into_frame()),
            Self::Pending(call) => call.deliver(owed),
        }
    }
}

impl From<Reply> for Outcome {
    fn from(reply: Reply) -> Self {
        Self::Ready { notifications: Vec::new(), reply }
    }
}

impl Service {
    /// What the server adds to results that describe themselves.
    fn stamp(&self) -> Stamp<'_> {
        let server_info = self.info_json.get_or_init(|| {
            // Strings only: writing them cannot fail.
            raw(&At(Revision::NEWEST_STATELESS, &self.info))
                .unwrap_or_else(|_| RawValue::NULL.to_owned())
        });
        Stamp { server_info, cache: self.cache }
    }

    /// What a client is told that the server offers. A feature that never had anything in it is not
    /// offered, and its methods are not served. Changes are told to clients that more than replies
    /// reaches.
    fn capabilities(
        &self,
        registry: &Registry,
        revision: Revision,
        peer: &dyn Peer,
    ) -> ServerCapabilities<'_> {
        let told = peer.has_stream().then_some(true);
        let plain = Offered::default();
        let list = Offered { list_changed: told, ..plain };
        let resources = Offered { subscribe: told, ..list };
        ServerCapabilities {
            extensions: self.extensions.declared(revision),
            completions: registry.completes().then_some(plain),
            logging: Some(plain),
            prompts: registry.prompts.is_offered().then_some(list),
            resources: registry.offers_resources().then_some(resources),
            tools: registry.tools.is_offered().then_some(list),
        }
    }

    /// What is offered now. A request asks once and keeps to it.
    pub(crate) fn registry(&self) -> Arc<Registry> {
        self.offer.registry()
    }

    /// Reads what a client sent if there is memory left for it.
    pub(crate) fn admit(&self, bytes: Bytes) -> Result<Frame, Unreadable> {
        let mut reserved = Reserved::none(self.budget());
        match reserved.fit_message(bytes.len()) {
            true => self.read(reserved.keep(bytes)),
            false => {
                Err(Unreadable::refused(&bytes, ErrorObject::new(Code::INTERNAL_ERROR, NO_MEMORY)))
            }
        }
    }

    /// Reads what a client sent, for which memory is reserved.
    pub(crate) fn read(&self, bytes: Bytes) -> Result<Frame, Unreadable> {
        Frame::parse(bytes, &self.limits.shape())
    }

    /// Takes a message, or refuses what is none; what is said to it goes where it is owed.
    pub(crate) fn hand_in(
        self: &Arc<Self>,
        message: Result<Message, Unreadable>,
        incoming: impl FnOnce(Message) -> Incoming,
        owed: Owed,
    ) {
        match message {
            Ok(message) => self.handle(incoming(message)).deliver(owed),
            Err(unreadable) => owed.reply(Reply::unreadable(&unreadable).into_frame()),
        }
    }

    /// The bytes that may be held.
    pub(crate) fn budget(&self) -> &Arc<Budget> {
        &self.room.budget
    }

    pub(crate) fn instructions(&self) -> Option<&str> {
        self.instructions.as_deref()
    }

    /// The server's name for people.
    #[cfg(feature = "auth")]
    pub(crate) fn title(&self) -> &str {
        self.info.title.as_deref().unwrap_or(&self.info.name)
    }

    /// Which scopes stand for others.
    pub(crate) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Says in the log which functions nobody may call where nobody is asked who they are.
    pub(crate) fn warn_of_scopes(&self) {
        for item in self.registry().scoped() {
            let (what, name, scopes) = (item.kind(), item.name(), item.scopes());
            tracing::warn!(
                what,
                name,
                ?scopes,
                "needs scopes, and callers are not asked for a token: nobody on the network may use it"
            );
        }
    }

    pub(crate) fn life(&self) -> &Arc<Life> {
        &self.life
    }

    /// Ends what waits for changes: nothing more is told.
    pub(crate) fn end_subscriptions(&self) {
        self.offer.listeners().end();
    }

    /// How many clients listen for changes.
    #[cfg(test)]
    pub(crate) fn listening(&self) -> usize {
        self.capacity.listening()
    }

    /// The revisions served, newest first: what `server/discover` and refusals name.
    pub(crate) fn revisions() -> Vec<Revision> {
        Revision::ALL.into_iter().rev().collect()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("info", &self.info).finish_non_exhaustive()
    }
}
