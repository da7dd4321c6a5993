use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// How many notifications of one call wait for a slow client.
pub(crate) const CAPACITY: usize = 256;

/// What a call has said and its transport has not sent yet.
///
/// Bounded, and never waits: a slow reader must not stop a function.
#[derive(Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Notification>,
    /// Progress has to grow strictly (basic/utilities/progress).
    last_progress: Option<f64>,
    waker: Option<Waker>,
    closed: bool,
}

enum Notification {
    Progress(Vec<u8>),
    Log(Vec<u8>),
    /// A question to the client, or that it is taken back: bounded by the questions that may be
    /// open, and never dropped.
    Request(i64, Vec<u8>),
    Cancelled(Vec<u8>),
}

/// What is to be sent.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// Can be lost.
    Notification(Vec<u8>),
    /// Cannot.
    Request(Vec<u8>),
}

impl Said {
    pub(crate) fn into_frame(self) -> Vec<u8> {
        match self {
            Self::Notification(frame) | Self::Request(frame) => frame,
        }
    }
}

impl Outbox {
    /// Queues progress unless it does not exceed what was said before; makes the frame only if so.
    pub(super) fn progress(&self, done: f64, frame: impl FnOnce() -> Option<Vec<u8>>) {
        let mut queue = self.lock();
        let grows = done.is_finite() && queue.last_progress.is_none_or(|last| done > last);
        if queue.closed || !grows {
            return;
        }
        let Some(frame) = frame() else { return };
        queue.last_progress = Some(done);
        if queue.waiting.len() >= CAPACITY {
            match queue
                .waiting
                .iter_mut()
                .rev()
                .find(|one| matches!(one, Notification::Progress(_)))
            {
                Some(newest) => *newest = Notification::Progress(frame),
                None => return,
            }
        } else {
            queue.waiting.push_back(Notification::Progress(frame));
        }
        queue.wake();
    }

    /// Queues a log message; the oldest makes room.
    pub(super) fn log(&self, frame: Option<Vec<u8>>) {
        let Some(frame) = frame else { return };
        let mut queue = self.lock();
        if queue.closed {
            return;
        }
        if queue.waiting.len() >= CAPACITY {
            let Some(oldest) =
                queue.waiting.iter().position(|one| matches!(one, Notification::Log(_)))
            else {
                return;
            };
            queue.waiting.remove(oldest);
        }
        queue.waiting.push_back(Notification::Log(frame));
        queue.wake();
    }

    /// Queues a request of ours; false if nothing may be said any more.
    pub(super) fn request(&self, id: i64, frame: Vec<u8>) -> bool {
        self.push(Notification::Request(id, frame))
    }

    /// Queues that a request of ours is taken back.
    pub(super) fn cancelled(&self, frame: Option<Vec<u8>>) {
        if let Some(frame) = frame {
            self.push(Notification::Cancelled(frame));
        }
    }

    /// Takes a request back that was not sent; false if it was.
    pub(super) fn retract(&self, id: i64) -> bool {
        let mut queue = self.lock();
        let before = queue.waiting.len();
        queue
            .waiting
            .retain(|one| !matches!(one, Notification::Request(waiting, _) if *waiting == id));
        queue.waiting.len() < before
    }

    fn push(&self, notification: Notification) -> bool {
        let mut queue = self.lock();
        if queue.closed {
            return false;
        }
        queue.waiting.push_back(notification);
        queue.wake();
        true
    }

    /// What to send next, in the order it was said.
    pub(crate) fn pop(&self) -> Option<Said> {
        self.lock().waiting.pop_front().map(|notification| match notification {
            Notification::Progress(frame) | Notification::Log(frame) => Said::Notification(frame),
            Notification::Request(_, frame) | Notification::Cancelled(frame) => {
                Said::Request(frame)
            }
        })
    }

    /// Wakes `waker` when something is queued.
    pub(crate) fn register(&self, waker: &Waker) {
        let mut queue = self.lock();
        match &mut queue.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    /// The reply is made: nothing may follow it.
    pub(crate) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        queue.waker = None;
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbox({})", self.lock().waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(outbox: &Outbox) -> Vec<String> {
        std::iter::from_fn(|| outbox.pop())
            .map(|said| String::from_utf8(said.into_frame()).unwrap())
            .collect()
    }

    #[test]
    fn progress_grows_strictly() {
        let outbox = Outbox::default();
        for done in [1.0, 1.0, 3.0, 2.0, f64::NAN, 4.0] {
            outbox.progress(done, || Some(done.to_string().into_bytes()));
        }
        assert_eq!(drain(&outbox), ["1", "3", "4"]);
    }

    #[test]
    fn a_full_box_keeps_the_newest_progress_and_drops_the_oldest_log() {
        let outbox = Outbox::default();
        outbox.progress(1.0, || Some(b"p1".to_vec()));
        for number in 0..CAPACITY {
            outbox.log(Some(format!("l{number}").into_bytes()));
        }
        outbox.progress(2.0, || Some(b"p2".to_vec()));
        let waiting = drain(&outbox);
        assert_eq!(waiting.len(), CAPACITY);
        assert_eq!(waiting[..2], ["p2", "l1"]);
    }

    #[test]
    fn nothing_follows_the_reply() {
        let outbox = Outbox::default();
        outbox.close();
        outbox.log(Some(b"late".to_vec()));
        assert!(outbox.pop().is_none());
    }
}
