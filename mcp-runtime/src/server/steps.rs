//! The steps of a request one by one, for the micro-benchmarks under `benches/steps`.
//!
//! Not public API: it changes whenever the path of a call does.

use std::sync::Arc;

use bytes::Bytes;

use super::{Error, Incoming, Outcome, Reply, Server, Service};
use crate::context::{Caller, NoHeaders};
use crate::handler::IntoToolResult;
use crate::revision::{At, Revision, ToolResult};
use crate::wire::{Frame, Message, RequestId};

/// A server without a transport.
#[derive(Debug)]
pub struct Steps {
    service: Arc<Service>,
    peer: Arc<NoHeaders>,
}

/// A message whose members are found, and not read yet.
#[derive(Debug, Clone)]
pub struct Parsed(Message);

impl Steps {
    /// # Errors
    ///
    /// As [`Server::serve_stdio`].
    pub async fn of(server: Server) -> Result<Self, Error> {
        let service = server.build(&()).await?;
        Ok(Self { service, peer: Arc::new(NoHeaders(Caller::Local)) })
    }

    /// From bytes to a message; `None` if they are none.
    pub fn parse(&self, bytes: Bytes) -> Option<Parsed> {
        match self.service.admit(bytes) {
            Ok(Frame::Message(message)) => Some(Parsed(message)),
            Ok(Frame::Batch(_)) | Err(_) => None,
        }
    }

    /// From a message to the bytes of its reply; `None` if it is not there at once.
    pub fn dispatch(&self, Parsed(message): Parsed) -> Option<Vec<u8>> {
        let peer = self.peer.clone();
        let incoming = Incoming { message, session: None, peer, outbox: None };
        match self.service.handle(incoming) {
            Outcome::Ready { reply, .. } => Some(reply.into_frame()),
            Outcome::Pending(_) | Outcome::Accepted => None,
        }
    }

    /// From what a function returned to the bytes of a reply.
    pub fn encode(&self, returned: impl IntoToolResult) -> Vec<u8> {
        let result = returned.into_tool_result();
        let result = ToolResult { result: &result, wraps: false, stamp: self.service.stamp() };
        Reply::result(&RequestId::Number(1), &At(Revision::NEWEST_STATELESS, &result)).into_frame()
    }
}
