//! Requests and what comes back: to which conversation it belongs, message by message.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::{Event, Head, events};
use crate::conversation::Conversation;

type Shared = Arc<Mutex<Conversation>>;

/// The conversations of sessions, by the session's id or the path of its messages.
static SESSIONS: LazyLock<Mutex<HashMap<String, Shared>>> = LazyLock::new(Mutex::default);

/// The exchanges of one connection, in order.
#[derive(Default)]
pub(super) struct Exchanges {
    begun: VecDeque<Exchange>,
    current: Exchange,
}

/// One request and what comes back.
#[derive(Default)]
pub(super) struct Exchange {
    conversation: Shared,
    /// The client comes back to a stream.
    again: bool,
    /// It is about the server and no message to it.
    aside: bool,
    body: Body,
    text: String,
}

/// What kind of body a response has.
#[derive(Default, PartialEq)]
enum Body {
    #[default]
    Other,
    Json,
    Refusal,
    Challenge,
    Events,
}

impl Exchanges {
    pub(super) fn begin(&mut self, exchange: Exchange) {
        self.begun.push_back(exchange);
    }

    /// The head of a response is there. What a test sent byte by byte belongs to no conversation.
    pub(super) fn answered(&mut self, head: &Head) {
        self.current = self.begun.pop_front().unwrap_or_default();
        self.current.body = match head.header("content-type") {
            _ if self.current.aside => Body::Other,
            Some("application/json") if head.is_challenge() => Body::Challenge,
            Some("application/json") if head.status >= 400 => Body::Refusal,
            Some("application/json") => Body::Json,
            Some("text/event-stream") => Body::Events,
            _ => Body::Other,
        };
        if let Some(id) = head.header("mcp-session-id") {
            self.current.becomes(id);
        }
    }

    pub(super) fn current(&mut self) -> &mut Exchange {
        &mut self.current
    }
}

impl Exchange {
    pub(super) fn of(path: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let header = |name: &str| {
            headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|one| one.1)
        };
        let named = header("mcp-protocol-version");
        let sessions = lock(&SESSIONS);
        let session = sessions.get(header("mcp-session-id").unwrap_or(path)).cloned();
        drop(sessions);
        let conversation = session.unwrap_or_else(|| Arc::new(Mutex::new(Conversation::at(named))));
        if let Ok(message) = serde_json::from_str::<Value>(body) {
            lock(&conversation).sent(&message, named);
        }
        let again = header("last-event-id").is_some();
        let aside = path.starts_with("/.well-known/");
        Self { conversation, again, aside, ..Self::default() }
    }

    /// The conversation is the one of a session.
    fn becomes(&self, session: &str) {
        lock(&SESSIONS).insert(session.to_owned(), self.conversation.clone());
    }

    /// Some of the body is there: all of it, if it is JSON.
    pub(super) fn piece(&mut self, piece: &[u8]) {
        self.text += std::str::from_utf8(piece).unwrap();
        let text = std::mem::take(&mut self.text);
        match self.body {
            Body::Other => {}
            Body::Json => lock(&self.conversation).received(&json(&text)),
            Body::Refusal => lock(&self.conversation).refused(&json(&text)),
            Body::Challenge => {
                // What OAuth answers is OAuth's; want of a function's scope answers a message.
                let body = json(&text);
                if !body["error"].is_string() {
                    lock(&self.conversation).refused(&body);
                }
            }
            Body::Events => {
                let whole = text.rfind("\n\n").map_or(0, |end| end + 2);
                self.text = text[whole..].to_owned();
                events(&text[..whole]).iter().for_each(|event| self.event(event));
            }
        }
    }

    /// One without data says no more than where a client could come back to.
    fn event(&self, event: &Event) {
        match (&*event.name, &*event.data) {
            (_, "") => {}
            ("endpoint", path) => self.becomes(path),
            (_, message) if self.again => lock(&self.conversation).redelivered(&json(message)),
            (_, message) => lock(&self.conversation).received(&json(message)),
        }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
