use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{self, Poll, Waker};

use crate::wire::RequestId;

/// How many notifications wait for a slow client.
pub(crate) const CAPACITY: usize = 1024;

/// How many replies a client may leave unread, or wait for, before it may not ask for more.
pub(crate) const REPLIES: usize = 1024;

/// How many bytes of notifications wait for a slow client; past as many of everything it has to
/// read before it may ask for more.
pub(crate) const BYTES: usize = 4 * 1024 * 1024;

/// What waits to be sent on one stream to a client: of one call, or of all there is to say.
///
/// Bounded, and nobody who puts something in ever waits: a slow reader must not stop a function.
/// Notifications can be lost when it is full. Replies and questions cannot: how many there are is
/// bounded where they begin.
#[derive(Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Letter>,
    notifications: usize,
    notification_bytes: usize,
    replies: usize,
    /// Of everything.
    bytes: usize,
    /// Replies that are still to come.
    owed: usize,
    reader: Option<Waker>,
    /// The connection is not needed for now.
    parting: bool,
    /// Nothing more will be owed.
    closing: bool,
    /// Nobody reads any more.
    abandoned: bool,
}

struct Letter {
    kind: Kind,
    frame: Vec<u8>,
}

#[derive(PartialEq)]
enum Kind {
    /// The newest of a token replaces the one before when the box is full.
    Progress(RequestId),
    /// The oldest makes room when the box is full.
    Log,
    /// That something has changed: said once, however often it has changed since it was last sent.
    Notice,
    /// A question to the client, which can be taken back by its id until it is sent.
    Question(i64),
    /// What nobody takes back and nobody may lose: that a question is taken back, for example.
    Other,
    Reply,
}

impl Kind {
    fn can_be_lost(&self) -> bool {
        matches!(self, Self::Progress(_) | Self::Log)
    }
}

impl Outbox {
    pub(super) fn progress(&self, token: &RequestId, frame: Vec<u8>) {
        let kind = Kind::Progress(token.clone());
        let mut queue = self.lock();
        if !queue.is_full() {
            queue.push(kind, frame);
        } else if let Some(newest) = queue.waiting.iter().rposition(|letter| letter.kind == kind) {
            queue.replace(newest, Letter { kind, frame });
        } else if queue.drop_oldest_log() {
            queue.push(kind, frame);
        }
    }

    pub(super) fn log(&self, frame: Vec<u8>) {
        let mut queue = self.lock();
        if !queue.is_full() || queue.drop_oldest_log() {
            queue.push(Kind::Log, frame);
        }
    }

    /// How many different ones there can be is bounded by what the client has asked to be told of.
    pub(crate) fn notice(&self, frame: Vec<u8>) {
        let mut queue = self.lock();
        if queue.notice(&frame).is_none() {
            queue.push(Kind::Notice, frame);
        }
    }

    /// Takes back that something has changed, which nobody wants to know any more.
    pub(crate) fn retract_notice(&self, frame: &[u8]) {
        let mut queue = self.lock();
        if let Some(position) = queue.notice(frame) {
            queue.remove(position);
        }
    }

    /// False if nobody will read it.
    pub(super) fn question(&self, id: i64, frame: Vec<u8>) -> bool {
        let mut queue = self.lock();
        queue.push(Kind::Question(id), frame);
        !queue.abandoned
    }

    /// Takes a question back that was not sent; false if it was.
    pub(super) fn retract(&self, id: i64) -> bool {
        let mut queue = self.lock();
        let position = queue.waiting.iter().position(|letter| letter.kind == Kind::Question(id));
        position.is_some_and(|position| queue.remove(position).is_some())
    }

    /// What must not be lost.
    pub(crate) fn send(&self, frame: Vec<u8>) {
        self.lock().push(Kind::Other, frame);
    }

    /// A reply will come; none if it would not be taken any more.
    pub(crate) fn owe(self: &Arc<Self>) -> Option<Owed> {
        let mut queue = self.lock();
        if queue.closing || queue.abandoned {
            return None;
        }
        queue.owed += 1;
        Some(Owed(self.clone()))
    }

    /// Whether the client has to read before it may ask for more.
    pub(crate) fn is_full(&self) -> bool {
        let queue = self.lock();
        let replies = queue.owed + queue.replies;
        queue.bytes >= BYTES || replies >= REPLIES
    }

    /// What to send next, in the order it was put in.
    pub(crate) fn pop(&self) -> Option<Vec<u8>> {
        self.lock().remove(0).map(|letter| letter.frame)
    }

    /// Ready once there is something to do for a reader.
    pub(crate) fn poll_waiting(&self, cx: &mut task::Context<'_>) -> Poll<()> {
        let mut queue = self.lock();
        if !queue.waiting.is_empty() || queue.parting {
            return Poll::Ready(());
        }
        queue.register(cx);
        Poll::Pending
    }

    /// What to send next; `None` once the box is closed, and nothing is owed.
    pub(crate) fn poll_next(&self, cx: &mut task::Context<'_>) -> Poll<Option<Vec<u8>>> {
        let mut queue = self.lock();
        if let Some(letter) = queue.remove(0) {
            return Poll::Ready(Some(letter.frame));
        }
        if queue.is_done() {
            return Poll::Ready(None);
        }
        queue.register(cx);
        Poll::Pending
    }

    /// Lets the reader go, if it is one that can come back.
    pub(super) fn part(&self) {
        let mut queue = self.lock();
        queue.parting = true;
        queue.wake();
    }

    /// Whether the reader is let go; for once.
    pub(crate) fn take_parting(&self) -> bool {
        std::mem::take(&mut self.lock().parting)
    }

    /// Lets the reader look again.
    pub(crate) fn wake(&self) {
        self.lock().wake();
    }

    /// Nothing will be owed that is not owed now: behind the last of it the box ends.
    pub(crate) fn close(&self) {
        let mut queue = self.lock();
        queue.closing = true;
        queue.wake();
    }

    /// Nobody will read: drops what waits and what comes.
    pub(crate) fn abandon(&self) {
        let mut queue = self.lock();
        let nobody = Queue { owed: queue.owed, abandoned: true, closing: true, ..Queue::default() };
        let dropped = std::mem::replace(&mut *queue, nobody);
        drop(queue);
        dropped.wake();
    }

    /// Whether all there was to say is said, and read.
    pub(crate) fn is_done(&self) -> bool {
        self.lock().is_done()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_full(&self) -> bool {
        self.notifications >= CAPACITY || self.notification_bytes >= BYTES
    }

    fn is_done(&self) -> bool {
        self.closing && self.owed == 0 && self.waiting.is_empty()
    }

    /// Where that notice waits.
    fn notice(&self, frame: &[u8]) -> Option<usize> {
        let same = |letter: &Letter| letter.kind == Kind::Notice && letter.frame == frame;
        self.waiting.iter().position(same)
    }

    fn push(&mut self, kind: Kind, frame: Vec<u8>) {
        if self.abandoned {
            return;
        }
        let letter = Letter { kind, frame };
        self.count(&letter);
        self.waiting.push_back(letter);
        self.wake();
    }

    fn replace(&mut self, position: usize, letter: Letter) {
        self.count(&letter);
        if let Some(place) = self.waiting.get_mut(position) {
            let replaced = std::mem::replace(place, letter);
            self.discount(&replaced);
        }
    }

    fn remove(&mut self, position: usize) -> Option<Letter> {
        let letter = self.waiting.remove(position)?;
        self.discount(&letter);
        Some(letter)
    }

    fn drop_oldest_log(&mut self) -> bool {
        let oldest = self.waiting.iter().position(|letter| letter.kind == Kind::Log);
        oldest.is_some_and(|oldest| self.remove(oldest).is_some())
    }

    fn count(&mut self, letter: &Letter) {
        let bytes = letter.frame.len();
        self.bytes += bytes;
        self.replies += usize::from(letter.kind == Kind::Reply);
        if letter.kind.can_be_lost() {
            self.notifications += 1;
            self.notification_bytes += bytes;
        }
    }

    fn discount(&mut self, letter: &Letter) {
        let bytes = letter.frame.len();
        self.bytes -= bytes;
        self.replies -= usize::from(letter.kind == Kind::Reply);
        if letter.kind.can_be_lost() {
            self.notifications -= 1;
            self.notification_bytes -= bytes;
        }
    }

    fn register(&mut self, cx: &task::Context<'_>) {
        match &mut self.reader {
            Some(known) => known.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
    }

    fn wake(&self) {
        if let Some(reader) = &self.reader {
            reader.wake_by_ref();
        }
    }
}

/// A reply that is still to come. Dropped without one, for example because the request was
/// cancelled, it is not waited for any more.
#[derive(Debug)]
pub(crate) struct Owed(Arc<Outbox>);

impl Owed {
    pub(crate) fn reply(self, frame: Vec<u8>) {
        self.0.lock().push(Kind::Reply, frame);
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.owed -= 1;
        queue.wake();
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.lock().waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::Wake;

    use super::*;

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
}
