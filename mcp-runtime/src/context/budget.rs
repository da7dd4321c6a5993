//! One bound for all that waits in memory. Bounds for each thing do not bound their sum: a thousand
//! clients may each be within theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

/// What is smaller is not counted by itself: it is counted with the connection it came by.
pub(crate) const SMALL: usize = 16 * 1024;

/// What is larger is counted in steps, so that one that grows and shrinks is rarely counted.
const STEP: usize = 16 * 1024;

/// How many bytes a server may hold for its clients: connections, bodies, lines, results that wait
/// to be read, and what is kept for clients that come back.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: usize,
    held: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, held: AtomicUsize::new(0) })
    }

    /// How many more bytes there may be.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.held.load(Ordering::Relaxed))
    }

    /// A part of it, to be dropped when it is not needed any more; none if so much is not left.
    pub(crate) fn reserve(self: &Arc<Self>, bytes: usize) -> Option<Reserved> {
        let mut reserved = Reserved::none(self);
        reserved.resize(bytes).then_some(reserved)
    }

    /// Counts bytes that are there already, for as long as they are.
    pub(crate) fn hold(self: &Arc<Self>, bytes: impl Into<Bytes>) -> Bytes {
        let bytes = bytes.into();
        let mut reserved = Reserved::none(self);
        // Around large blocks that come and go malloc keeps about as much again.
        reserved.must_fit(bytes.len().saturating_mul(2));
        reserved.keep(bytes)
    }
}

/// A part of a [`Budget`] that is in use.
#[derive(Debug)]
pub(crate) struct Reserved {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reserved {
    pub(crate) fn none(budget: &Arc<Budget>) -> Self {
        Self { budget: budget.clone(), bytes: 0 }
    }

    /// Covers something of that size; false, and as before, if so much is not left.
    pub(crate) fn fit(&mut self, size: usize) -> bool {
        self.resize(counted(size))
    }

    /// As [`fit`](Self::fit), for a message: what is made of its arguments is about as large, and
    /// the buffer it came in has some room left.
    pub(crate) fn fit_message(&mut self, size: usize) -> bool {
        self.fit(size.saturating_mul(5) / 2)
    }

    /// As [`fit`](Self::fit), for what is there already and cannot be refused.
    pub(crate) fn must_fit(&mut self, size: usize) {
        let bytes = counted(size);
        if bytes != self.bytes {
            self.budget.held.fetch_add(bytes, Ordering::Relaxed);
            self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
            self.bytes = bytes;
        }
    }

    /// The bytes it was reserved for: it is given back when the last of them is dropped.
    pub(crate) fn keep(self, bytes: Bytes) -> Bytes {
        match self.bytes {
            0 => bytes,
            _ => Bytes::from_owner(Counted { bytes, _reserved: self }),
        }
    }

    fn resize(&mut self, bytes: usize) -> bool {
        let Some(more) = bytes.checked_sub(self.bytes) else {
            self.budget.held.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
            self.bytes = bytes;
            return true;
        };
        if more > 0 {
            let before = self.budget.held.fetch_add(more, Ordering::Relaxed);
            if before.saturating_add(more) > self.budget.limit {
                self.budget.held.fetch_sub(more, Ordering::Relaxed);
                return false;
            }
            self.bytes = bytes;
        }
        true
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.budget.held.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

/// What of something of that size is counted.
fn counted(size: usize) -> usize {
    if size <= SMALL { 0 } else { size.next_multiple_of(STEP) }
}

/// Bytes, and what was reserved for them.
struct Counted {
    bytes: Bytes,
    _reserved: Reserved,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_given_out_to_the_last_byte_and_comes_back() {
        let budget = Budget::new(100);
        let all = budget.reserve(100).unwrap();
        assert!(budget.reserve(1).is_none());
        drop(all);
        assert_eq!(budget.room(), 100);
        assert!(budget.reserve(101).is_none());
        assert_eq!(budget.room(), 100);
    }

    #[test]
    fn what_grows_and_shrinks_is_counted_in_steps() {
        let budget = Budget::new(4 * STEP);
        let mut reserved = Reserved::none(&budget);
        for (size, held) in [(0, 0), (SMALL, 0), (SMALL + 1, 2), (2 * STEP, 2), (4 * STEP, 4)] {
            assert!(reserved.fit(size));
            assert_eq!(budget.room(), (4 - held) * STEP, "{size}");
        }
        assert!(!reserved.fit(4 * STEP + 1), "there is no more");
        assert_eq!(budget.room(), 0, "it stays as it was");
        reserved.must_fit(5 * STEP);
        assert_eq!(budget.room(), 0);
        assert!(reserved.fit(3 * STEP));
        assert_eq!(budget.room(), STEP);
    }

    #[test]
    fn it_lasts_as_long_as_the_last_of_its_bytes() {
        let budget = Budget::new(4 * STEP);
        let bytes = budget.hold(vec![0; STEP + 1]); // counted twice over, in whole steps
        let last = bytes.slice(STEP..);
        drop(bytes);
        assert_eq!(budget.room(), STEP);
        drop(last);
        assert_eq!(budget.room(), 4 * STEP);
    }
}
