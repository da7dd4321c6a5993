use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::task::Waker;

use super::poison::unpoisoned;

type Callback = Box<dyn FnOnce() + Send>;

/// Whether a request was cancelled, and who wants to know.
#[derive(Default)]
pub(crate) struct Cancellation {
    cancelled: AtomicBool,
    /// It was the server that did not wait any longer.
    cut: AtomicBool,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// The call's reply is made: nothing can be cancelled any more.
    ended: bool,
    callbacks: Vec<(u64, Callback)>,
    next_key: u64,
    /// Whoever polls the call.
    waker: Option<Waker>,
}

impl Cancellation {
    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Whether the one who cancelled it owes its client an answer.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    /// Cancels the call because the server ends.
    pub(crate) fn cut(&self) {
        if !self.is_cancelled() {
            self.cut.store(true, Ordering::Release);
        }
        self.cancel();
    }

    /// Cancels the call, unless it has ended.
    pub(crate) fn cancel(&self) {
        let mut waiting = self.lock();
        if waiting.ended || self.cancelled.swap(true, Ordering::AcqRel) {
            return;
        }
        let Waiting { callbacks, waker, .. } = mem::take(&mut *waiting);
        drop(waiting); // callbacks are the author's: they may come back here
        callbacks.into_iter().for_each(|(_, callback)| run(callback));
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Runs the callback on cancellation, at once if that was; the key is to [`forget`](Self::forget) it.
    pub(crate) fn on_cancel(&self, callback: Callback) -> u64 {
        let mut waiting = self.lock();
        let key = waiting.next_key;
        waiting.next_key += 1;
        if self.is_cancelled() {
            drop(waiting);
            run(callback);
        } else if !waiting.ended {
            waiting.callbacks.push((key, callback));
        }
        key
    }

    pub(crate) fn forget(&self, key: u64) {
        let mut waiting = self.lock();
        let position = waiting.callbacks.iter().position(|(known, _)| *known == key);
        let forgotten = position.map(|position| waiting.callbacks.swap_remove(position));
        drop(waiting);
        drop(forgotten); // the author's, whose drop may come back here
    }

    /// Wakes `waker` on cancellation.
    pub(crate) fn register(&self, waker: &Waker) {
        let mut waiting = self.lock();
        match &mut waiting.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
    }

    /// The call has its reply: forgets who waited.
    pub(crate) fn end(&self) {
        let ended = Waiting { ended: true, ..Waiting::default() };
        let forgotten = mem::replace(&mut *self.lock(), ended);
        drop(forgotten); // the author's, whose drop may come back here
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        unpoisoned(self.waiting.lock())
    }
}

/// A callback is the author's and runs where others are served: its panic ends with it.
fn run(callback: Callback) {
    if catch_unwind(AssertUnwindSafe(callback)).is_err() {
        tracing::error!("a callback of `on_cancel` panicked");
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cancellation({})", self.is_cancelled())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn counter() -> (Arc<AtomicUsize>, impl Fn() -> Callback) {
        let count = Arc::new(AtomicUsize::new(0));
        let shared = count.clone();
        (count, move || {
            let shared = shared.clone();
            Box::new(move || {
                shared.fetch_add(1, Ordering::Relaxed);
            })
        })
    }

    #[test]
    fn callbacks_run_once_whether_early_or_late() {
        let (count, callback) = counter();
        let cancellation = Cancellation::default();
        cancellation.on_cancel(callback());
        cancellation.cancel();
        cancellation.cancel();
        assert_eq!(count.load(Ordering::Relaxed), 1);
        cancellation.on_cancel(callback());
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_callback_that_panics_keeps_no_other_from_running() {
        let (count, callback) = counter();
        let cancellation = Cancellation::default();
        cancellation.on_cancel(Box::new(|| panic!("the author's")));
        cancellation.on_cancel(callback());
        cancellation.cancel();
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_forgotten_callback_does_not_run() {
        let (count, callback) = counter();
        let cancellation = Cancellation::default();
        let forgotten = cancellation.on_cancel(callback());
        cancellation.on_cancel(callback());
        cancellation.forget(forgotten);
        cancellation.cancel();
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn an_ended_call_cannot_be_cancelled() {
        let (count, callback) = counter();
        let cancellation = Cancellation::default();
        cancellation.on_cancel(callback());
        cancellation.end();
        cancellation.cancel();
        assert!(!cancellation.is_cancelled());
        assert_eq!(count.load(Ordering::Relaxed), 0);
    }
}
