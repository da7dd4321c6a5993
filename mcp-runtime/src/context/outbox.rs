use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{self, Poll, Waker};

use bytes::Bytes;

use super::budget::{Budget, Reserved};
use super::poison::unpoisoned;
use crate::wire::RequestId;

/// How much may go on in a session, and wait in an outbox.
#[derive(Debug)]
pub(crate) struct Room {
    /// Calls that run at once in one session.
    pub(crate) calls: usize,
    /// Questions to its client that are open at once.
    pub(crate) questions: usize,
    /// Notifications that wait for a slow client.
    pub(crate) notifications: usize,
    /// Their bytes; past as many of everything it has to read, it may not ask for more.
    pub(crate) bytes: usize,
    /// Replies it may leave unread, or wait for, before it may not ask for more.
    pub(crate) replies: usize,
    /// Of all outboxes, and of much else.
    pub(crate) budget: Arc<Budget>,
}

/// What waits to be sent on one stream to a client: of one call, or of all there is to say.
///
/// Bounded, and nobody who puts something in ever waits: a slow reader must not stop a function.
/// Notifications can be lost when it is full. Replies and questions cannot: how many there are is
/// bounded where they begin.
pub(crate) struct Outbox {
    room: Arc<Room>,
    queue: Mutex<Queue>,
}

struct Queue {
    reserved: Reserved,
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
    pub(crate) fn new(room: &Arc<Room>) -> Self {
        let queue = Mutex::new(Queue::new(Reserved::none(&room.budget)));
        Self { room: room.clone(), queue }
    }

    pub(super) fn progress(&self, token: &RequestId, frame: Vec<u8>) {
        let kind = Kind::Progress(token.clone());
        let mut queue = self.lock();
        if !queue.is_full(&self.room) {
            queue.push(kind, frame);
        } else if let Some(newest) = queue.waiting.iter().rposition(|letter| letter.kind == kind) {
            queue.replace(newest, Letter { kind, frame });
        } else if queue.drop_oldest_log() {
            queue.push(kind, frame);
        }
    }

    pub(super) fn log(&self, frame: Vec<u8>) {
        let mut queue = self.lock();
        if !queue.is_full(&self.room) || queue.drop_oldest_log() {
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
        queue.bytes >= self.room.bytes || replies >= self.room.replies
    }

    /// Counts what is taken out and not sent yet.
    pub(crate) fn hold(&self, bytes: Vec<u8>) -> Bytes {
        self.room.budget.hold(bytes)
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
        let nobody = Queue::new(Reserved::none(&self.room.budget));
        let nobody = Queue { owed: queue.owed, abandoned: true, closing: true, ..nobody };
        let dropped = std::mem::replace(&mut *queue, nobody);
        drop(queue);
        dropped.wake();
    }

    /// Whether all there was to say is said, and read.
    pub(crate) fn is_done(&self) -> bool {
        self.lock().is_done()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        unpoisoned(self.queue.lock())
    }
}

impl Queue {
    fn new(reserved: Reserved) -> Self {
        Self {
            reserved,
            waiting: VecDeque::new(),
            notifications: 0,
            notification_bytes: 0,
            replies: 0,
            bytes: 0,
            owed: 0,
            reader: None,
            parting: false,
            closing: false,
            abandoned: false,
        }
    }

    /// Whether a notification would be one too many, of this box or of all there are.
    fn is_full(&self, room: &Room) -> bool {
        self.notifications >= room.notifications
            || self.notification_bytes >= room.bytes
            || room.budget.room() == 0
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
        self.reserved.must_fit(self.bytes);
        self.replies += usize::from(letter.kind == Kind::Reply);
        if letter.kind.can_be_lost() {
            self.notifications += 1;
            self.notification_bytes += bytes;
        }
    }

    fn discount(&mut self, letter: &Letter) {
        let bytes = letter.frame.len();
        self.bytes -= bytes;
        self.reserved.must_fit(self.bytes);
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
mod tests;
