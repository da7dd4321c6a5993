//! The in-process transport: messages go straight into the service, and back through an outbox.

use std::sync::Arc;

use bytes::Bytes;

use crate::context::{Caller, NoHeaders, Outbox};
use crate::server::{Incoming, Service, Session};
use crate::wire::Frame;

/// One connection to a service: a session, in whose outbox everything for the client arrives.
#[derive(Debug)]
pub(crate) struct Connection {
    service: Arc<Service>,
    session: Arc<Session>,
    peer: Arc<NoHeaders>,
}

impl Connection {
    pub(crate) fn open(service: Arc<Service>, caller: Caller) -> Self {
        let session = Arc::new(Session::new(&service.room, caller.clone()));
        Self { service, session, peer: Arc::new(NoHeaders(caller)) }
    }

    /// What the server sends.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        self.session.outbox()
    }

    /// Takes one message of the client, or a batch.
    pub(crate) fn send(&self, frame: Bytes) {
        let members = match self.service.admit(frame) {
            Ok(Frame::Message(message)) => vec![Ok(message)],
            Ok(Frame::Batch(batch)) => self.session.unpack(batch),
            Err(unreadable) if self.session.answers(&unreadable) => vec![Err(unreadable)],
            Err(_) => Vec::new(),
        };
        for member in members {
            let Some(owed) = self.outbox().owe() else { return };
            let incoming = |message| {
                Incoming::of_session(message, &self.session, self.peer.clone(), self.outbox())
            };
            self.service.hand_in(member, incoming, owed);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.end();
    }
}
