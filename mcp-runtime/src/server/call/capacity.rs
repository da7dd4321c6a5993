use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use crate::server::limits::Limits;

/// How much of the server's capacity is in use.
#[derive(Debug)]
pub(crate) struct Capacity {
    calls_limit: usize,
    listens_limit: usize,
    /// Calls that have not ended: the slots that are held.
    calls: Arc<AtomicUsize>,
    /// The same of clients that listen.
    listens: Arc<AtomicUsize>,
    /// Sync functions that run where their request came in.
    in_place: AtomicUsize,
    /// How many of these there may be: looked up for the first of them, because that reads files,
    /// and many a server never has one.
    in_place_limit: OnceLock<usize>,
}

impl Capacity {
    pub(in crate::server) fn new(limits: &Limits) -> Self {
        Self {
            calls_limit: limits.calls,
            listens_limit: limits.listeners,
            calls: Arc::default(),
            listens: Arc::default(),
            in_place: AtomicUsize::new(0),
            in_place_limit: OnceLock::new(),
        }
    }

    /// Whether one more call may begin.
    pub(crate) fn has_room(&self) -> bool {
        self.calls.load(Ordering::Relaxed) < self.calls_limit
    }

    /// Counts a call.
    pub(super) fn call(&self) -> Slot {
        Slot::of(&self.calls).0
    }

    /// Counts a client that listens; none if there are too many.
    pub(in crate::server) fn listen(&self) -> Option<Slot> {
        let (slot, held) = Slot::of(&self.listens);
        (held <= self.listens_limit).then_some(slot)
    }

    /// How many listen.
    #[cfg(test)]
    pub(in crate::server) fn listening(&self) -> usize {
        self.listens.load(Ordering::Relaxed)
    }

    /// Leave to run a function in place.
    pub(super) fn run_in_place(&self) -> Option<InPlace<'_>> {
        let running = self.in_place.fetch_add(1, Ordering::Relaxed);
        let leave = InPlace(self);
        (running < *self.in_place_limit.get_or_init(in_place_limit)).then_some(leave)
    }
}

/// A runtime has a worker for each core. One is always left to the others: a function that was
/// quick so far may block now, on all workers at once if nobody counts.
fn in_place_limit() -> usize {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    (workers - 1).max(1)
}

/// Something that is counted; dropped when it has ended.
#[derive(Debug)]
pub(in crate::server) struct Slot(Arc<AtomicUsize>);

impl Slot {
    /// A slot, and how many are held with it.
    pub(in crate::server) fn of(held: &Arc<AtomicUsize>) -> (Self, usize) {
        let before = held.fetch_add(1, Ordering::Relaxed);
        (Self(held.clone()), before + 1)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A function that runs in place; dropped when it has returned.
pub(super) struct InPlace<'a>(&'a Capacity);

impl Drop for InPlace<'_> {
    fn drop(&mut self) {
        self.0.in_place.fetch_sub(1, Ordering::Relaxed);
    }
}
