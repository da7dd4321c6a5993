//! The in-process transport: messages go straight into the service, and back through an outbox.

use std::sync::Arc;

use bytes::Bytes;

use crate::context::{NoHeaders, Outbox};
use crate::server::{Incoming, Outcome, Reply, Service, Session};
use crate::wire::Message;

/// One connection to a service: a session, in whose outbox everything for the client arrives.
#[derive(Debug)]
pub(crate) struct Connection {
    service: Arc<Service>,
    session: Arc<Session>,
}

impl Connection {
    pub(crate) fn open(service: Arc<Service>) -> Self {
        Self { service, session: Arc::new(Session::new()) }
    }

    /// What the server sends.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        self.session.outbox()
    }

    /// Takes one message of the client.
    pub(crate) fn send(&self, frame: Bytes) {
        let Some(owed) = self.outbox().owe() else { return };
        let message = match Message::parse(frame) {
            Ok(message) => message,
            Err(unreadable) => return owed.reply(Reply::unreadable(&unreadable).frame),
        };
        let incoming = Incoming {
            message,
            session: Some(self.session.clone()),
            peer: Arc::new(NoHeaders),
            outbox: Some(self.outbox().clone()),
        };
        match self.service.handle(incoming) {
            Outcome::Accepted => {}
            Outcome::Ready { reply, .. } => owed.reply(reply.frame),
            Outcome::Pending(call) => {
                tokio::spawn(call.deliver(owed));
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.end();
    }
}
