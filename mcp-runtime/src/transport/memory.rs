//! The in-process transport: messages go straight into the service, and back over a channel.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::context::NoHeaders;
use crate::server::{Event, Incoming, Outcome, Reply, Service, Session};
use crate::wire::Message;

/// One connection to a service: a session, and where its replies go.
#[derive(Debug)]
pub(crate) struct Connection {
    service: Arc<Service>,
    session: Arc<Session>,
    outgoing: mpsc::UnboundedSender<Vec<u8>>,
}

impl Connection {
    /// A connection, and the messages the server sends over it.
    ///
    /// Unbounded, because the test that reads them is the process that asked for them.
    pub(crate) fn open(service: Arc<Service>) -> (Self, mpsc::UnboundedReceiver<Vec<u8>>) {
        let (outgoing, incoming) = mpsc::unbounded_channel();
        (Self { service, session: Arc::new(Session::new()), outgoing }, incoming)
    }

    /// Takes one message of the client.
    pub(crate) fn send(&self, frame: Bytes) {
        let message = match Message::parse(frame) {
            Ok(message) => message,
            Err(unreadable) => return self.reply(Reply::unreadable(&unreadable)),
        };
        let incoming =
            Incoming { message, session: Some(self.session.clone()), peer: Arc::new(NoHeaders) };
        match self.service.handle(incoming) {
            Outcome::Accepted => {}
            Outcome::Ready { notifications, reply } => {
                notifications.into_iter().for_each(|notification| self.push(notification));
                self.reply(reply);
            }
            Outcome::Pending(mut call) => {
                let outgoing = self.outgoing.clone();
                tokio::spawn(async move {
                    while let Some(event) = call.next().await {
                        let (Event::Notification(frame)
                        | Event::Request(frame)
                        | Event::Reply(Reply { frame, .. })) = event;
                        if outgoing.send(frame).is_err() {
                            return; // the client is gone, and dropping the call cancels it
                        }
                    }
                });
            }
        }
    }

    fn reply(&self, reply: Reply) {
        self.push(reply.frame);
    }

    fn push(&self, frame: Vec<u8>) {
        // A client that dropped its end does not read any more.
        let _ = self.outgoing.send(frame);
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.end();
    }
}
