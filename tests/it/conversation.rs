//! Every message a test gets from a server is held against the official schema of its revision.
//!
//! The clients of these tests do it by themselves, so a test that is written tomorrow is held
//! against it too. A message belongs to the revision its request was made in. One that answers no
//! request belongs to a revision that is spoken on its connection: to the one the handshake has
//! settled or to the one without a handshake, whichever was used. Before that, and in what HTTP
//! refuses without a look at the message, no revision is agreed, so any of them may allow it.

mod tests;

use std::collections::HashMap;

use mcp_runtime::Revision;
use mcp_runtime::testing::{Watch, Watcher};
use serde_json::Value;

use crate::schema;

const STATELESS: Revision = Revision::V2026_07_28;

inventory::submit! { Watcher(|| Box::<Conversation>::default()) }

/// What a client and a server have said to each other.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// By the handshake.
    settled: Option<Revision>,
    /// By requests that describe themselves.
    stateless: bool,
    /// What waits for an answer. Ids may be used twice at once, though they must not.
    asked: HashMap<String, Vec<Asked>>,
    /// What was answered, for who comes back to a stream.
    answered: HashMap<String, Asked>,
}

#[derive(Debug, Clone)]
struct Asked {
    method: Option<String>,
    stateless: bool,
}

impl Conversation {
    /// The conversation of a request that names its revision in a header, and has no other.
    pub(crate) fn at(named: Option<&str>) -> Self {
        let settled = named.and_then(revision).filter(|named| *named != STATELESS);
        Self { settled, ..Self::default() }
    }

    /// The client says something. `named` is the revision a header names.
    pub(crate) fn sent(&mut self, message: &Value, named: Option<&str>) {
        if let Value::Array(batch) = message {
            return batch.iter().for_each(|message| self.sent(message, named));
        }
        let Some(id) = message
            .get("id")
            .filter(|_| message.get("result").is_none() && message.get("error").is_none())
        else {
            return;
        };
        let method = message["method"].as_str().map(str::to_owned);
        let named = named == Some(STATELESS.as_str()) && method.as_deref() != Some("initialize");
        let stateless = named || describes_itself(message);
        self.stateless |= stateless;
        self.asked.entry(key(id)).or_default().push(Asked { method, stateless });
    }

    /// The server says something.
    ///
    /// # Panics
    ///
    /// If it must not.
    pub(crate) fn received(&mut self, message: &Value) {
        if let Value::Array(batch) = message {
            check(&self.spoken(), None, message);
            return batch.iter().for_each(|message| self.received(message));
        }
        let (revisions, method) = match message.get("id") {
            Some(id) if message.get("method").is_none() => {
                let asked = self.asked.get_mut(&key(id)).and_then(Vec::pop);
                let asked =
                    asked.unwrap_or_else(|| panic!("it answers nothing that was asked: {message}"));
                self.answered.insert(key(id), asked.clone());
                self.settle(&asked, message);
                let revision = if asked.stateless { Some(STATELESS) } else { self.settled };
                (Vec::from_iter(revision), asked.method)
            }
            _ => (self.spoken(), None),
        };
        check(&revisions, method.as_deref(), message);
    }

    /// The server says something to a client that came back to a stream: perhaps once more.
    pub(crate) fn redelivered(&mut self, message: &Value) {
        let id = message.get("id").map(key).unwrap_or_default();
        let asked = self.asked.entry(id.clone()).or_default();
        if asked.is_empty() {
            asked.extend(self.answered.remove(&id));
        }
        self.received(message);
    }

    /// HTTP refuses something. What has no id was not looked at.
    pub(crate) fn refused(&mut self, message: &Value) {
        match message.get("id") {
            Some(_) => self.received(message),
            None => check(&[], None, message),
        }
    }

    fn settle(&mut self, asked: &Asked, message: &Value) {
        if asked.method.as_deref() == Some("initialize") && !asked.stateless {
            let settled = message["result"]["protocolVersion"].as_str().and_then(revision);
            self.settled = settled.or(self.settled);
        }
    }

    fn spoken(&self) -> Vec<Revision> {
        self.settled.into_iter().chain(self.stateless.then_some(STATELESS)).collect()
    }
}

impl Watch for Conversation {
    fn sent(&mut self, message: &Value) {
        self.sent(message, None);
    }

    fn received(&mut self, message: &Value) {
        self.received(message);
    }
}

fn check(revisions: &[Revision], method: Option<&str>, message: &Value) {
    let revisions = if revisions.is_empty() { &Revision::ALL[..] } else { revisions };
    let wrong: Vec<_> =
        revisions.iter().map(|revision| schema::violations(*revision, method, message)).collect();
    let allowed = wrong.iter().any(Vec::is_empty);
    let wrong = wrong.concat().join("\n");
    let method = method.unwrap_or("nothing");
    assert!(allowed, "in answer to {method}, the schema does not allow\n{message:#}\n{wrong}");
}

/// Whether a request has a member of `_meta` that only requests without a session have.
fn describes_itself(message: &Value) -> bool {
    let meta = message["params"]["_meta"].as_object();
    let names = ["protocolVersion", "clientInfo", "clientCapabilities", "logLevel"];
    meta.is_some_and(|meta| {
        names.iter().any(|name| meta.contains_key(&format!("io.modelcontextprotocol/{name}")))
    })
}

fn revision(name: &str) -> Option<Revision> {
    Revision::ALL.into_iter().find(|revision| revision.as_str() == name)
}

/// An id may come back written another way: 1.0 and 1 are one number.
fn key(id: &Value) -> String {
    match id.as_f64() {
        Some(number) if id.as_i64().is_none() => number.to_string(),
        _ => id.to_string(),
    }
}
