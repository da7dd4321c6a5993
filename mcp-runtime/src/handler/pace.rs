use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How quick a sync function has been: what decides on which thread it runs next.
///
/// A function that blocks must not stall other requests, and a cheap one must not pay for a thread
/// hop (about 10 µs each way). So a function starts on a thread of its own; after enough quick
/// runs in a row it runs where its request came in; if it is ever slow there, others have waited
/// for it once, and it goes back to threads of its own for good.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pace {
    /// Quick runs in a row, or `SLOW`.
    quick_runs: Arc<AtomicU32>,
}

const SLOW: u32 = u32::MAX;

/// Quick runs in a row that prove a function cheap.
const PROOF: u32 = 8;

/// What a hop costs, with room: a function this quick is better off without one.
const QUICK: Duration = Duration::from_micros(100);

/// What others may have to wait for it, once.
const TOLERABLE: Duration = Duration::from_millis(2);

impl Pace {
    /// Whether the next run may happen where the request came in.
    pub(crate) fn is_quick(&self) -> bool {
        (PROOF..SLOW).contains(&self.quick_runs.load(Ordering::Relaxed))
    }

    /// Takes note of one run.
    pub(crate) fn record(&self, took: Duration) {
        let runs = self.quick_runs.load(Ordering::Relaxed);
        let next = match runs {
            SLOW => return,
            proved if proved >= PROOF && took < TOLERABLE => return,
            proved if proved >= PROOF => SLOW,
            runs if took < QUICK => runs + 1,
            _ => 0,
        };
        self.quick_runs.store(next, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(1);
    const LONG: Duration = Duration::from_millis(100);

    #[test]
    fn a_function_has_to_prove_itself_and_is_demoted_for_good() {
        let pace = Pace::default();
        assert!(!pace.is_quick());
        pace.record(LONG);
        for _ in 0..PROOF {
            assert!(!pace.is_quick());
            pace.record(SHORT);
        }
        assert!(pace.is_quick());
        pace.record(LONG);
        for _ in 0..2 * PROOF {
            pace.record(SHORT);
        }
        assert!(!pace.is_quick());
    }
}
