use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use serde_json::Value;
use tokio::sync::oneshot;

use super::answers::Answering;
use super::replies::Refusal;
use super::watch::Watched;
use crate::context::{Outbox, unpoisoned};
use crate::transport::memory::Connection;

/// What came from the server.
#[derive(Default)]
pub(super) struct Received {
    /// Nothing comes any more. While there is a client, only a panic ends it.
    pub(super) ended: bool,
    waiting: HashMap<i64, oneshot::Sender<Result<Value, Refusal>>>,
    pub(super) notifications: Vec<Value>,
}

impl Received {
    /// Keeps who waits for a reply; it is told at once if none can come.
    pub(super) fn wait(&mut self, id: i64, sender: oneshot::Sender<Result<Value, Refusal>>) {
        if !self.ended {
            self.waiting.insert(id, sender);
        }
    }
}

/// Sorts what the server sends: replies to who waits for them, notifications in order.
pub(super) struct Receiver {
    pub(super) connection: Weak<Connection>,
    pub(super) answering: Arc<Answering>,
    pub(super) received: Arc<Mutex<Received>>,
    pub(super) watched: Arc<Watched>,
}

impl Receiver {
    pub(super) async fn receive(self, messages: Arc<Outbox>) {
        while let Some(frame) = poll_fn(|cx| messages.poll_next(cx)).await {
            let Ok(message) = serde_json::from_slice::<Value>(&frame) else { continue };
            self.watched.received(&message);
            match self.answering.respond(&message) {
                Some(response) => self.send(&response),
                None => self.sort(message),
            }
        }
    }

    fn send(&self, response: &Value) {
        self.watched.sent(response);
        if let Some(connection) = self.connection.upgrade() {
            connection.send(response.to_string().into());
        }
    }

    fn sort(&self, mut message: Value) {
        let mut received = lock(&self.received);
        let id = message["id"].as_i64().filter(|_| message.get("method").is_none());
        let waiting = id.and_then(|id| received.waiting.remove(&id));
        match waiting {
            Some(waiting) => {
                let reply = match message.get_mut("error") {
                    Some(error) => Err(Refusal { error: error.take() }),
                    None => Ok(message["result"].take()),
                };
                let _ = waiting.send(reply); // who asked may have stopped waiting
            }
            None => received.notifications.push(message),
        }
    }
}

/// Also when an answer of the test panics: who waits would wait for ever.
impl Drop for Receiver {
    fn drop(&mut self) {
        let mut received = lock(&self.received);
        received.ended = true;
        received.waiting.clear();
    }
}

pub(super) fn lock(received: &Mutex<Received>) -> MutexGuard<'_, Received> {
    unpoisoned(received.lock())
}
