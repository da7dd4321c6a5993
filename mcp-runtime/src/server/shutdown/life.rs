use std::collections::HashMap;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::Notify;

use crate::context::{Context, unpoisoned};

/// How far a server is through its life, and what it still waits for.
///
/// First it serves. Once it is asked to stop it *drains*: what runs may finish, what comes is
/// refused. Then it is over: transports let go of everything.
pub(crate) struct Life {
    phase: AtomicU8,
    holds: AtomicUsize,
    /// Another phase, or the last hold.
    changed: Notify,
    calls: Mutex<Calls>,
}

/// The calls that have not returned; how many there are is bounded by [`Capacity`](crate::server::call::Capacity).
#[derive(Default)]
struct Calls {
    next_key: u64,
    running: HashMap<u64, Context>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Phase {
    Serving,
    Draining,
    Over,
}

impl Default for Life {
    fn default() -> Self {
        Self {
            phase: AtomicU8::new(Phase::Serving as u8),
            holds: AtomicUsize::new(0),
            changed: Notify::new(),
            calls: Mutex::default(),
        }
    }
}

impl Life {
    /// Whether requests are taken.
    pub(crate) fn is_serving(&self) -> bool {
        !self.has_reached(Phase::Draining)
    }

    /// Waits until no requests are taken any more.
    pub(crate) async fn draining(&self) {
        self.until(|| self.has_reached(Phase::Draining)).await;
    }

    /// Waits until everything is to be let go of.
    pub(crate) async fn over(&self) {
        self.until(|| self.has_reached(Phase::Over)).await;
    }

    /// Something the end waits for.
    pub(crate) fn hold(self: &Arc<Self>) -> Hold {
        self.holds.fetch_add(1, Ordering::SeqCst);
        Hold(self.clone())
    }

    /// A call the end waits for, and [cuts](Self::cut_calls) when it takes too long.
    pub(in crate::server) fn hold_call(self: &Arc<Self>, call: &Context) -> CallHold {
        let mut calls = self.calls();
        let key = calls.next_key;
        calls.next_key += 1;
        calls.running.insert(key, call.clone());
        CallHold { key, hold: self.hold() }
    }

    pub(super) fn begin_draining(&self) {
        self.reach(Phase::Draining);
    }

    /// Waits until nothing is held any more.
    pub(super) async fn released(&self) {
        self.until(|| self.holds.load(Ordering::SeqCst) == 0).await;
    }

    /// Ends every call with an error.
    pub(super) fn cut_calls(&self) {
        let running: Vec<_> = self.calls().running.values().cloned().collect();
        running.iter().for_each(|call| call.cancellation().cut());
    }

    pub(super) fn end(&self) {
        self.reach(Phase::Over);
    }

    fn has_reached(&self, phase: Phase) -> bool {
        self.phase.load(Ordering::SeqCst) >= phase as u8
    }

    fn reach(&self, phase: Phase) {
        self.phase.fetch_max(phase as u8, Ordering::SeqCst);
        self.changed.notify_waiters();
    }

    async fn until(&self, condition: impl Fn() -> bool) {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable(); // before it is looked at, so that no change is missed
            if condition() {
                return;
            }
            changed.await;
        }
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        unpoisoned(self.calls.lock())
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Life")
            .field("phase", &self.phase)
            .field("holds", &self.holds)
            .finish_non_exhaustive()
    }
}

/// Keeps the server from being over while it drains.
#[derive(Debug)]
pub(crate) struct Hold(Arc<Life>);

impl Drop for Hold {
    fn drop(&mut self) {
        let last = self.0.holds.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && !self.0.is_serving() {
            self.0.changed.notify_waiters();
        }
    }
}

/// A call that has not returned.
#[derive(Debug)]
pub(in crate::server) struct CallHold {
    key: u64,
    hold: Hold,
}

impl Drop for CallHold {
    fn drop(&mut self) {
        let mut calls = self.hold.0.calls();
        let ended = calls.running.remove(&self.key);
        if calls.running.is_empty() {
            calls.running = HashMap::new(); // gives the memory of a crowd back
        }
        drop(calls);
        drop(ended); // the author's, whose drop may come back here; no lock is held
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SOON: Duration = Duration::from_millis(20);

    async fn is_ready(waiting: impl Future<Output = ()>) -> bool {
        tokio::time::timeout(SOON, waiting).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_comes_in_phases_and_waits_for_what_is_held() {
        let life = Arc::new(Life::default());
        let (one, other) = (life.hold(), life.hold());
        assert!(life.is_serving());
        assert!(!is_ready(life.draining()).await);
        life.begin_draining();
        assert!(!life.is_serving());
        assert!(is_ready(life.draining()).await && !is_ready(life.over()).await);
        drop(one);
        assert!(!is_ready(life.released()).await);
        let waiting = tokio::spawn({
            let life = life.clone();
            async move { life.released().await }
        });
        tokio::task::yield_now().await;
        drop(other);
        waiting.await.unwrap();
        life.end();
        life.begin_draining(); // asked twice
        assert!(is_ready(life.over()).await);
    }
}
