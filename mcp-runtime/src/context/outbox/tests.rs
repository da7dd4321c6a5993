use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;

use super::*;

const CAPACITY: usize = 8;
const REPLIES: usize = 8;
const BYTES: usize = 64 * 1024;

impl Default for Room {
    fn default() -> Self {
        let budget = Budget::new(usize::MAX);
        let (bytes, replies) = (BYTES, REPLIES);
        Self { calls: 8, questions: 8, notifications: CAPACITY, bytes, replies, budget }
    }
}

impl Default for Outbox {
    fn default() -> Self {
        Self::new(&Arc::default())
    }
}

fn drain(outbox: &Outbox) -> Vec<String> {
    std::iter::from_fn(|| outbox.pop()).map(|said| String::from_utf8(said).unwrap()).collect()
}

fn next(outbox: &Outbox) -> Poll<Option<Vec<u8>>> {
    outbox.poll_next(&mut task::Context::from_waker(Waker::noop()))
}

#[test]
fn a_full_box_keeps_the_newest_progress_and_drops_the_oldest_log() {
    let outbox = Outbox::default();
    let token = RequestId::Number(1);
    outbox.progress(&token, b"p1".to_vec());
    for number in 0..CAPACITY {
        outbox.log(format!("l{number}").into_bytes());
    }
    outbox.progress(&token, b"p2".to_vec());
    outbox.progress(&RequestId::Number(2), b"q1".to_vec());
    let waiting = drain(&outbox);
    assert_eq!(waiting.len(), CAPACITY);
    assert_eq!(waiting[..2], ["p2", "l2"]);
    assert_eq!(waiting[CAPACITY - 1], "q1");
}

#[test]
fn large_notifications_fill_it_sooner() {
    let outbox = Outbox::default();
    for _ in 0..10 {
        outbox.log(vec![b'x'; BYTES / 4]);
    }
    assert!(outbox.is_full());
    assert_eq!(drain(&outbox).len(), 4);
    assert!(!outbox.is_full());
}

#[test]
fn questions_and_replies_are_never_lost() {
    let outbox = Arc::new(Outbox::default());
    (0..2 * CAPACITY).for_each(|_| outbox.log(Vec::new()));
    for id in 0..10 {
        outbox.question(id, b"?".to_vec());
        outbox.owe().unwrap().reply(b"!".to_vec());
    }
    assert!(outbox.retract(7));
    let kept: Vec<_> = drain(&outbox).into_iter().filter(|frame| !frame.is_empty()).collect();
    assert_eq!(kept.len(), 19);
    assert!(!outbox.retract(8), "it was sent");
}

#[test]
fn a_change_is_told_once_until_it_is_sent() {
    let outbox = Outbox::default();
    for _ in 0..2 {
        (0..100).for_each(|_| outbox.notice(b"tools".to_vec()));
        outbox.notice(b"prompts".to_vec());
        assert_eq!(drain(&outbox), ["tools", "prompts"]);
    }
}

#[test]
fn it_ends_once_nothing_is_owed() {
    let outbox = Arc::new(Outbox::default());
    let (first, second) = (outbox.owe().unwrap(), outbox.owe().unwrap());
    outbox.close();
    assert!(outbox.owe().is_none());
    assert!(next(&outbox).is_pending());
    drop(second);
    first.reply(b"r".to_vec());
    assert_eq!(next(&outbox), Poll::Ready(Some(b"r".to_vec())));
    assert_eq!(next(&outbox), Poll::Ready(None));
}

#[test]
fn a_client_that_does_not_read_may_not_ask_for_more() {
    let outbox = Arc::new(Outbox::default());
    let mut owed: Vec<_> = (0..REPLIES).map(|_| outbox.owe().unwrap()).collect();
    assert!(outbox.is_full());
    owed.pop().unwrap().reply(Vec::new());
    assert!(outbox.is_full(), "it is not read");
    assert!(outbox.pop().is_some());
    assert!(!outbox.is_full());
    owed.pop().unwrap().reply(vec![b'x'; BYTES]);
    assert!(outbox.is_full());
}

#[test]
fn a_notification_that_no_memory_is_left_for_is_lost() {
    let room = Arc::new(Room { budget: Budget::new(2 * BYTES), ..Room::default() });
    let (full, other) = (Arc::new(Outbox::new(&room)), Outbox::new(&room));
    full.owe().unwrap().reply(vec![b'r'; 2 * BYTES]);
    other.log(b"lost".to_vec());
    assert_eq!(drain(&other), [""; 0]);
    assert_eq!(drain(&full).len(), 1);
    other.log(b"kept".to_vec());
    assert_eq!(drain(&other), ["kept"]);
}

#[test]
fn an_abandoned_box_keeps_nothing() {
    let outbox = Arc::new(Outbox::default());
    let owed = outbox.owe().unwrap();
    outbox.log(b"l".to_vec());
    outbox.abandon();
    owed.reply(b"r".to_vec());
    assert_eq!(next(&outbox), Poll::Ready(None));
}

#[test]
fn whoever_reads_a_box_that_is_abandoned_looks_again() {
    #[derive(Default)]
    struct Woken(AtomicBool);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let (outbox, woken) = (Outbox::default(), Arc::<Woken>::default());
    let waker = Waker::from(woken.clone());
    assert!(outbox.poll_next(&mut task::Context::from_waker(&waker)).is_pending());
    outbox.abandon();
    assert!(woken.0.load(Ordering::SeqCst));
}
