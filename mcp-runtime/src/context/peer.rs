use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::Caller;
use crate::wire::log::LogLevel;
use crate::wire::meta::RequestMeta;
use crate::wire::tool::Described;
use crate::wire::{ErrorObject, Message};

/// What a transport knows of the sender of a message, beside the message.
pub(crate) trait Peer: fmt::Debug + Send + Sync {
    /// Who it is.
    fn caller(&self) -> &Caller;

    /// A header of the request that carried the message; `name` in any case.
    fn header(&self, name: &str) -> Option<&str>;

    /// The revision the transport was told of, outside the message.
    fn named_version(&self) -> Option<&str>;

    /// Whether more than replies reaches it.
    fn has_stream(&self) -> bool;

    /// Whether what the transport was told of a stateless message agrees with it
    /// (basic/transports/streamable-http, "Request headers").
    fn mirrors(&self, message: &Message, meta: &RequestMeta<'_>) -> Result<(), ErrorObject>;

    /// The same for the arguments of a tool that are to be repeated outside the message; nothing is where nobody can.
    fn mirrors_arguments(&self, _: &Message, _: &dyn Described) -> Result<(), ErrorObject> {
        Ok(())
    }
}

/// A peer known only by its messages.
#[derive(Debug)]
pub(crate) struct NoHeaders(pub(crate) Caller);

impl Peer for NoHeaders {
    fn caller(&self) -> &Caller {
        &self.0
    }

    fn header(&self, _: &str) -> Option<&str> {
        None
    }

    fn named_version(&self) -> Option<&str> {
        None
    }

    fn has_stream(&self) -> bool {
        true
    }

    fn mirrors(&self, _: &Message, _: &RequestMeta<'_>) -> Result<(), ErrorObject> {
        Ok(())
    }
}

/// Which log messages a client wants to see.
#[derive(Debug, Clone)]
pub(crate) enum LogFilter {
    /// The session's level, which `logging/setLevel` changes.
    Session(Arc<AtomicU8>),
    /// The level this request asked for; none: nothing is sent.
    Request(Option<LogLevel>),
}

impl LogFilter {
    pub(super) fn passes(&self, level: LogLevel) -> bool {
        match self {
            Self::Session(least) => level as u8 >= least.load(Ordering::Relaxed),
            Self::Request(least) => least.is_some_and(|least| level >= least),
        }
    }
}
