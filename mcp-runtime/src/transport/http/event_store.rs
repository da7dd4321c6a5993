use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Keeps what was sent on streams, so that a client whose connection broke can ask for what it has
/// missed (streamable-http, "Resumability and redelivery").
///
/// A server keeps the newest 4,096 messages of at most 16 MiB in memory, over all sessions, unless
/// [`HttpOptions::event_store`] says otherwise. The methods are called where messages are sent, so
/// they must not block: a store that is far away queues what it is given. `session` is the name by
/// which a client may use the session: it belongs in no log.
///
/// [`HttpOptions::event_store`]: crate::HttpOptions::event_store
pub trait EventStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps a message that was sent.
    fn append(&self, session: &str, event: StoredEvent);

    /// The messages of a stream behind the one numbered `last`, oldest first, as far as they are
    /// still kept.
    fn after(&self, session: &str, stream: u32, last: u64) -> Vec<StoredEvent>;

    /// The session is over: nobody will ask for its messages again.
    fn forget(&self, session: &str);
}

/// A message that was sent on a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores make them again from what they kept")]
pub struct StoredEvent {
    /// The stream, within its session.
    pub stream: u32,
    /// Its place in the stream: one more than that of the message before it.
    pub number: u64,
    /// The message: JSON, one line.
    pub message: Vec<u8>,
}

/// Messages that are kept.
const MESSAGES: usize = 4096;

/// Bytes of messages that are kept.
const BYTES: usize = 16 * 1024 * 1024;

pub(super) fn in_memory() -> Arc<dyn EventStore> {
    Arc::new(MemoryEvents::default())
}

/// The newest messages of all sessions; the oldest make room.
#[derive(Default)]
pub(super) struct MemoryEvents {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<(Box<str>, StoredEvent)>,
    bytes: usize,
}

impl EventStore for MemoryEvents {
    fn append(&self, session: &str, event: StoredEvent) {
        let mut kept = self.kept();
        kept.bytes += event.message.len();
        kept.events.push_back((session.into(), event));
        while kept.events.len() > MESSAGES || kept.bytes > BYTES {
            let Some((_, oldest)) = kept.events.pop_front() else { break };
            kept.bytes -= oldest.message.len();
        }
    }

    /// Looks at all that is kept: connections break rarely.
    fn after(&self, session: &str, stream: u32, last: u64) -> Vec<StoredEvent> {
        let kept = self.kept();
        let missed = kept.events.iter().filter(|(of, event)| {
            **of == *session && event.stream == stream && event.number > last
        });
        missed.map(|(_, event)| event.clone()).collect()
    }

    fn forget(&self, session: &str) {
        let mut kept = self.kept();
        kept.events.retain(|(of, _)| **of != *session);
        kept.bytes = kept.events.iter().map(|(_, event)| event.message.len()).sum();
        kept.events.shrink_to_fit();
    }
}

impl MemoryEvents {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryEvents({})", self.kept().events.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(stream: u32, number: u64, message: &[u8]) -> StoredEvent {
        StoredEvent { stream, number, message: message.to_vec() }
    }

    #[test]
    fn a_stream_of_a_session_is_given_back_and_no_other() {
        let store = MemoryEvents::default();
        store.append("s", event(1, 1, b"a"));
        store.append("s", event(2, 1, b"other stream"));
        store.append("t", event(1, 2, b"other session"));
        store.append("s", event(1, 2, b"b"));
        assert_eq!(store.after("s", 1, 0), [event(1, 1, b"a"), event(1, 2, b"b")]);
        assert_eq!(store.after("s", 1, 1), [event(1, 2, b"b")]);
        assert_eq!(store.after("s", 1, 2), []);
        store.forget("s");
        assert_eq!(store.after("s", 1, 0), []);
        assert_eq!(store.after("t", 1, 0).len(), 1);
    }

    #[test]
    fn the_oldest_make_room() {
        let store = MemoryEvents::default();
        for number in 1..=MESSAGES as u64 + 5 {
            store.append("s", event(1, number, b""));
        }
        assert_eq!(store.after("s", 1, 0).first().unwrap().number, 6);
        store.append("t", event(1, 1, &vec![b'x'; BYTES]));
        assert_eq!(store.after("t", 1, 0).len(), 1);
        store.append("t", event(1, 2, b"x"));
        assert_eq!(store.after("s", 1, 0), []);
        assert_eq!(store.after("t", 1, 0), [event(1, 2, b"x")]);
    }
}
