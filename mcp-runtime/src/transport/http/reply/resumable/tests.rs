use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Waker;
use std::thread;

use super::*;
use crate::context::Owed;
use crate::revision::Revision;
use crate::transport::http::reply::{MemoryEvents, StoredEvent};

/// Streams of replies that a session keeps.
const KEPT: usize = 32;

/// A store that may lose everything, and tells what was appended for a session it has forgotten.
#[derive(Debug, Default)]
struct Forgetful {
    kept: MemoryEvents,
    loses: AtomicBool,
    forgotten: AtomicBool,
    late: AtomicUsize,
}

impl EventStore for Forgetful {
    fn append(&self, session: &str, event: StoredEvent) {
        if self.forgotten.load(Ordering::SeqCst) {
            self.late.fetch_add(1, Ordering::SeqCst);
        }
        self.kept.append(session, event);
    }

    fn after(&self, session: &str, stream: u32, last: u64) -> Vec<StoredEvent> {
        match self.loses.load(Ordering::SeqCst) {
            true => Vec::new(),
            false => self.kept.after(session, stream, last),
        }
    }

    fn forget(&self, session: &str) {
        self.forgotten.store(true, Ordering::SeqCst);
        self.kept.forget(session);
    }
}

fn streams(store: &Arc<Forgetful>) -> Arc<Streams> {
    let facts = Revision::NEWEST_HANDSHAKE.facts();
    Arc::new(Streams::new("session".into(), KEPT, Arc::default(), facts, store.clone()))
}

/// A stream on which one reply is to come.
fn call(streams: &Arc<Streams>) -> (Arc<Outbox>, Owed, Reader) {
    let outbox = Arc::<Outbox>::default();
    let owed = outbox.owe().unwrap();
    outbox.close();
    (outbox.clone(), owed, streams.reply(outbox))
}

/// What is there to be sent, and whether nothing will follow.
fn poll(reader: &mut Reader) -> (String, bool) {
    let mut events = Vec::new();
    let mut cx = task::Context::from_waker(Waker::noop());
    let ended = reader.poll_events(&mut cx, &mut events).is_ready();
    (String::from_utf8(events).unwrap(), ended)
}

#[test]
fn nothing_is_kept_for_a_session_that_is_over() {
    let store = Arc::<Forgetful>::default();
    let streams = streams(&store);
    let (said, owed, mut reader) = call(&streams);
    said.send(b"{}".to_vec());
    poll(&mut reader);
    streams.end();
    said.send(b"{}".to_vec());
    owed.reply(b"{}".to_vec());
    assert!(poll(&mut reader).1, "whoever reads still gets it");
    let (_, owed, mut late) = call(&streams);
    owed.reply(b"{}".to_vec());
    poll(&mut late);
    assert_eq!(store.late.load(Ordering::SeqCst), 0);
}

#[test]
fn a_reply_that_is_not_kept_is_not_promised() {
    let store = Arc::<Forgetful>::default();
    let streams = streams(&store);
    let (said, owed, mut reader) = call(&streams);
    said.send(b"{}".to_vec());
    poll(&mut reader);
    store.loses.store(true, Ordering::SeqCst);
    assert!(streams.resume("1/0").is_some(), "the reply is still to come");
    owed.reply(b"{}".to_vec());
    poll(&mut streams.resume("1/1").unwrap());
    assert!(streams.resume("1/2").is_some(), "it was seen");
    assert!(streams.resume("1/1").is_none(), "it was sent, and is gone");
}

#[test]
fn calls_that_were_answered_make_room_before_one_that_runs() {
    let streams = streams(&Arc::default());
    let (_, owed, reader) = call(&streams);
    drop(reader); // its client will come back
    for _ in 0..2 * KEPT {
        let (_, owed, mut reader) = call(&streams);
        owed.reply(b"{}".to_vec());
        assert!(poll(&mut reader).1);
    }
    owed.reply(b"\"here\"".to_vec());
    let (events, ended) = poll(&mut streams.resume("1/0").unwrap());
    assert!(events.contains("here") && ended, "{events}");
}

#[test]
fn a_long_backlog_is_sent_in_pieces() {
    let streams = streams(&Arc::default());
    let (said, _owed, mut reader) = call(&streams);
    let message = vec![b'x'; 1024];
    (0..1024).for_each(|_| said.send(message.clone()));
    let mut sent = 0;
    while sent < 1024 {
        let (events, ended) = poll(&mut reader);
        assert!(events.len() < 100 * 1024, "{}", events.len());
        assert!(!events.is_empty() && !ended);
        sent += events.matches("event: message").count();
    }
    assert_eq!(poll(&mut reader), (String::new(), false));
}

/// Clients that take the stream from one another at any point while a call speaks.
#[test]
fn whoever_comes_back_gets_every_event_once_and_in_order() {
    const MESSAGES: u64 = 2_000;

    let streams = streams(&Arc::default());
    let (said, owed, reader) = call(&streams);
    drop(reader);
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..MESSAGES - 1 {
                said.send(number.to_string().into_bytes());
            }
            owed.reply((MESSAGES - 1).to_string().into_bytes());
        });
        for client in 1..=4 {
            let streams = &streams;
            scope.spawn(move || {
                let mut seen = 0;
                while seen < MESSAGES {
                    let mut reader = streams.resume(&format!("1/{seen}")).unwrap();
                    // Breaks off after some polls, each client after another number.
                    for _ in 0..=seen % (3 + client) {
                        let (events, ended) = poll(&mut reader);
                        for event in events.split_terminator("\n\n") {
                            let fields = event.lines().filter_map(|line| line.split_once(": "));
                            let fields: HashMap<_, _> = fields.collect();
                            assert_eq!(fields["id"], format!("1/{}", seen + 1));
                            assert_eq!(fields["data"], seen.to_string());
                            seen += 1;
                        }
                        if ended {
                            break;
                        }
                        thread::yield_now();
                    }
                }
            });
        }
    });
}
