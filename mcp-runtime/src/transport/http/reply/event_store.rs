use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::context::{Budget, Reserved, unpoisoned};
use crate::server::{Limits, Service};

/// Keeps what was sent on streams, so that a client whose connection broke can ask for what it has
/// missed (streamable-http, "Resumability and redelivery").
///
/// A server keeps the newest 4,096 messages of at most 16 MiB in memory, over all sessions, unless
/// [`HttpOptions::event_store`] says otherwise. The methods are called where messages are sent, so
/// they must not block: a store that is far away queues what it is given. `session` is the name by
/// which a client may use the session: it belongs in no log.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use mcp_runtime::{EventStore, HttpOptions, StoredEvent};
///
/// /// The newest 100 messages of each session, however many sessions there are.
/// #[derive(Debug, Default)]
/// struct Newest(Mutex<HashMap<String, Vec<StoredEvent>>>);
///
/// impl EventStore for Newest {
///     fn append(&self, session: &str, event: StoredEvent) {
///         let mut sessions = self.0.lock().unwrap();
///         let events = sessions.entry(session.to_owned()).or_default();
///         if events.len() == 100 {
///             events.remove(0);
///         }
///         events.push(event);
///     }
///
///     fn after(&self, session: &str, stream: u32, last: u64) -> Vec<StoredEvent> {
///         let sessions = self.0.lock().unwrap();
///         let events = sessions.get(session).into_iter().flatten();
///         events.filter(|event| event.stream == stream && event.number > last).cloned().collect()
///     }
///
///     fn forget(&self, session: &str) {
///         self.0.lock().unwrap().remove(session);
///     }
/// }
///
/// let options = HttpOptions::default().event_store(Newest::default());
/// # let _ = options;
/// # let store = Newest::default();
/// # (1..=101).for_each(|number| store.append("s", StoredEvent { stream: 0, number, message: Vec::new() }));
/// # assert_eq!((store.after("s", 0, 0).len(), store.after("s", 0, 100).len(), store.after("s", 1, 0).len()), (100, 1, 0));
/// # store.forget("s");
/// # assert!(store.after("s", 0, 0).is_empty());
/// ```
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

pub(in crate::transport::http) fn in_memory(service: &Service) -> Arc<dyn EventStore> {
    Arc::new(MemoryEvents::new(&service.limits, service.budget()))
}

/// The newest messages of all sessions; the oldest make room.
pub(in crate::transport::http) struct MemoryEvents {
    messages: usize,
    bytes: usize,
    kept: Mutex<Stored>,
}

struct Stored {
    reserved: Reserved,
    events: VecDeque<(Box<str>, StoredEvent)>,
    bytes: usize,
}

impl EventStore for MemoryEvents {
    fn append(&self, session: &str, event: StoredEvent) {
        let mut kept = self.kept();
        kept.bytes += event.message.len();
        kept.events.push_back((session.into(), event));
        // It yields to what is needed now: the oldest goes where no memory is left, too.
        while kept.events.len() > self.messages || kept.bytes > self.bytes || !kept.is_covered() {
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
        kept.is_covered();
    }
}

impl Stored {
    /// Whether there is memory for what is kept.
    fn is_covered(&mut self) -> bool {
        self.reserved.fit(self.bytes)
    }
}

impl MemoryEvents {
    pub(in crate::transport::http) fn new(limits: &Limits, budget: &Arc<Budget>) -> Self {
        let kept = Stored { reserved: Reserved::none(budget), events: VecDeque::new(), bytes: 0 };
        Self { messages: limits.replay, bytes: limits.replay_bytes, kept: Mutex::new(kept) }
    }

    fn kept(&self) -> MutexGuard<'_, Stored> {
        unpoisoned(self.kept.lock())
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

    const MESSAGES: usize = 10;
    const BYTES: usize = 1000;

    impl Default for MemoryEvents {
        fn default() -> Self {
            Self::new(&Limits::default(), &Budget::new(usize::MAX))
        }
    }

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
    fn what_no_memory_is_left_for_is_not_kept() {
        const SIZE: usize = 20 * 1024;
        let budget = Budget::new(4 * SIZE);
        let store = MemoryEvents::new(&Limits::default(), &budget);
        (1..=3).for_each(|number| store.append("s", event(1, number, &[b'x'; SIZE])));
        assert_eq!(store.after("s", 1, 0).len(), 3);
        let others = budget.reserve(budget.room()).unwrap();
        store.append("s", event(1, 4, &[b'x'; SIZE]));
        assert_eq!(store.after("s", 1, 0).first().unwrap().number, 2);
        drop(others);
        store.append("s", event(1, 5, &[b'x'; SIZE]));
        assert_eq!(store.after("s", 1, 0).len(), 4);
        store.forget("s");
        assert_eq!(budget.room(), 4 * SIZE);
    }

    #[test]
    fn the_oldest_make_room() {
        let limits = Limits::default().replay(MESSAGES).replay_bytes(BYTES);
        let store = MemoryEvents::new(&limits, &Budget::new(limits.memory));
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
