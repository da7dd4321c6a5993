use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// Notifications that wait for a slow reader; what comes past it is dropped.
const NOTIFICATIONS: usize = 256;

/// Questions that wait for a slow reader. More than may be open at once, so only those that nobody
/// waits for any more are dropped past it.
const QUESTIONS: usize = 1024;

/// Requests of a connection whose reply has not been read; what comes past it is refused.
const REQUESTS: usize = 1024;

/// Bytes that wait; a client that lets more pile up has to read before it asks again.
const BYTES: usize = 4 * 1024 * 1024;

/// What waits to be sent on a stream.
///
/// Nobody waits for its reader: a function goes on however slowly its client reads. It is bounded
/// all the same, because notifications can be lost and a client that does not read its replies
/// may not ask for more.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Letter>,
    notifications: usize,
    questions: usize,
    bytes: usize,
    /// Requests that run, and replies that wait.
    owed: usize,
    reader: Option<Waker>,
    /// Nothing comes after what is owed.
    closing: bool,
}

#[derive(Debug)]
enum Letter {
    Notification(Vec<u8>),
    Question(Vec<u8>),
    Reply(Vec<u8>),
}

/// What the reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Post {
    /// Messages, oldest first.
    Messages(Vec<Vec<u8>>),
    /// None now.
    Nothing,
    /// None, and none will come.
    Closed,
}

impl Mailbox {
    /// Makes room for the reply to a request; false if the client has to read first.
    pub(super) fn owe(&self) -> bool {
        let mut inner = self.lock();
        let room = inner.owed < REQUESTS && inner.bytes < BYTES && !inner.closing;
        inner.owed += usize::from(room);
        room
    }

    /// The request gets no reply: it was cancelled.
    pub(super) fn waive(&self) {
        let mut inner = self.lock();
        inner.owed = inner.owed.saturating_sub(1);
        inner.wake();
    }

    pub(super) fn notify(&self, message: Vec<u8>) {
        let mut inner = self.lock();
        if inner.notifications < NOTIFICATIONS {
            inner.notifications += 1;
            inner.bytes += message.len();
            inner.waiting.push_back(Letter::Notification(message));
            inner.wake();
        }
    }

    /// A question to the client; how many may be open is the session's to say.
    pub(super) fn ask(&self, message: Vec<u8>) {
        let mut inner = self.lock();
        if inner.questions < QUESTIONS {
            inner.questions += 1;
            inner.waiting.push_back(Letter::Question(message));
            inner.wake();
        }
    }

    /// A reply, for which there is [room](Self::owe).
    pub(super) fn reply(&self, message: Vec<u8>) {
        let mut inner = self.lock();
        inner.bytes += message.len();
        inner.waiting.push_back(Letter::Reply(message));
        inner.wake();
    }

    /// Everything that waits; `reader` is woken when more comes.
    pub(super) fn take(&self, reader: &Waker) -> Post {
        let mut inner = self.lock();
        let mut messages = Vec::with_capacity(inner.waiting.len());
        for letter in std::mem::take(&mut inner.waiting) {
            messages.push(match letter {
                Letter::Notification(message) | Letter::Question(message) => message,
                Letter::Reply(message) => {
                    inner.owed = inner.owed.saturating_sub(1);
                    message
                }
            });
        }
        inner.notifications = 0;
        inner.questions = 0;
        inner.bytes = 0;
        inner.reader = Some(reader.clone());
        match messages.is_empty() {
            false => Post::Messages(messages),
            true if inner.closing && inner.owed == 0 => Post::Closed,
            true => Post::Nothing,
        }
    }

    /// Takes no more requests; the reader is told once nothing is owed.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.closing = true;
        inner.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn wake(&self) {
        if let Some(reader) = &self.reader {
            reader.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_does_not_read_may_not_ask_for_more() {
        let mailbox = Mailbox::default();
        assert!(mailbox.owe());
        mailbox.reply(vec![b'x'; BYTES]);
        assert!(!mailbox.owe());
        take(&mailbox);
        assert!(mailbox.owe());
    }

    fn take(mailbox: &Mailbox) -> Post {
        mailbox.take(Waker::noop())
    }

    #[test]
    fn a_reader_that_sleeps_loses_notifications_and_no_reply() {
        let mailbox = Mailbox::default();
        for number in 0..NOTIFICATIONS + 5 {
            mailbox.notify(number.to_string().into_bytes());
        }
        assert!(mailbox.owe());
        mailbox.reply(b"reply".to_vec());
        let Post::Messages(messages) = take(&mailbox) else { panic!() };
        assert_eq!(messages.len(), NOTIFICATIONS + 1);
        assert_eq!(messages.last().unwrap(), b"reply");
        assert_eq!(take(&mailbox), Post::Nothing);
    }

    #[test]
    fn questions_outlast_notifications_and_have_an_end() {
        let mailbox = Mailbox::default();
        (0..NOTIFICATIONS + 5).for_each(|_| mailbox.notify(Vec::new()));
        (0..QUESTIONS + 5).for_each(|_| mailbox.ask(b"?".to_vec()));
        let Post::Messages(messages) = take(&mailbox) else { panic!() };
        assert_eq!(messages.iter().filter(|message| *message == b"?").count(), QUESTIONS);
    }

    #[test]
    fn who_does_not_read_may_not_ask_for_more() {
        let mailbox = Mailbox::default();
        assert!((0..REQUESTS).all(|_| mailbox.owe()));
        assert!(!mailbox.owe());
        mailbox.reply(Vec::new());
        assert!(!mailbox.owe());
        take(&mailbox);
        assert!(mailbox.owe());
    }

    #[test]
    fn it_closes_once_nothing_is_owed() {
        let mailbox = Mailbox::default();
        assert!(mailbox.owe());
        mailbox.close();
        assert!(!mailbox.owe());
        assert_eq!(take(&mailbox), Post::Nothing);
        mailbox.reply(b"r".to_vec());
        assert_eq!(take(&mailbox), Post::Messages(vec![b"r".to_vec()]));
        assert_eq!(take(&mailbox), Post::Closed);
    }
}
