use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// How quick a sync function has been: what decides on which thread it runs next.
///
/// A function that blocks must not stall other requests, and a cheap one must not pay for a thread
/// hop. So a function starts on a thread of its own; after enough quick runs in a row it runs where
/// its request came in. If it is slow there, others have waited for it once: it goes back to
/// threads, and has to prove itself eight times as long. A busy machine makes any function slow
/// now and then, and must not make it so for ever.
///
/// Timed are the function and what becomes of its value, and not the reading of long arguments, which takes as long on any
/// thread, unless it takes so long that others should not wait for it: an author's type may do anything to be read.
///
/// A function that takes the request or state may wait on something, and may want to hear of its
/// cancellation meanwhile: it always gets a thread, however quick it was.
#[derive(Debug)]
pub(crate) struct Pace {
    may_wait: bool,
    /// Begun with the first run: most functions of a large server are never called.
    record: OnceLock<Arc<Record>>,
}

/// The runs of one function, which may end on any thread.
#[derive(Debug)]
pub(crate) struct Record {
    /// Quick runs in a row, up to `proof`.
    quick_runs: AtomicU32,
    /// Quick runs in a row that prove the function cheap.
    proof: AtomicU32,
}

/// One run of a function: noted when it is dropped.
#[derive(Debug)]
pub(crate) struct Timing {
    record: Arc<Record>,
    begun: Instant,
    /// What its arguments took to be read, if they are long, and whether they fit. A call may be shared by threads.
    read: OnceLock<(Duration, bool)>,
}

impl Default for Record {
    fn default() -> Self {
        Self { quick_runs: AtomicU32::new(0), proof: AtomicU32::new(FIRST_PROOF) }
    }
}

const FIRST_PROOF: u32 = 8;

/// How much more proof each slow run asks for.
const DOUBT: u32 = 8;

/// What a hop costs, with room: a function this quick is better off without one.
const QUICK: Duration = Duration::from_micros(100);

/// What others may have to wait for it.
const TOLERABLE: Duration = Duration::from_millis(2);

/// Fewer bytes of arguments are read in no time.
const LONG_ARGUMENTS: usize = 4 << 10;

impl Pace {
    /// `may_wait`: the function takes more than its arguments.
    pub(crate) fn new(may_wait: bool) -> Self {
        Self { may_wait, record: OnceLock::new() }
    }

    /// Whether the next run may happen where the request came in.
    pub(crate) fn is_quick(&self) -> bool {
        !self.may_wait && self.record.get().is_some_and(|record| record.is_proved())
    }

    /// Where runs are noted.
    pub(crate) fn record(&self) -> &Arc<Record> {
        self.record.get_or_init(Arc::default)
    }
}

impl Record {
    fn is_proved(&self) -> bool {
        self.quick_runs.load(Ordering::Relaxed) >= self.proof.load(Ordering::Relaxed)
    }

    /// Takes note of one run. Runs that race may lose a note: it is an estimate.
    fn note(&self, took: Duration) {
        let Self { quick_runs, proof } = self;
        let runs = quick_runs.load(Ordering::Relaxed);
        if self.is_proved() {
            if took >= TOLERABLE {
                proof.store(proof.load(Ordering::Relaxed).saturating_mul(DOUBT), Ordering::Relaxed);
                quick_runs.store(0, Ordering::Relaxed);
            }
        } else {
            let next = if took < QUICK { runs + 1 } else { 0 };
            quick_runs.store(next, Ordering::Relaxed);
        }
    }
}

impl Timing {
    pub(crate) fn begin(record: Arc<Record>) -> Self {
        Self { record, begun: Instant::now(), read: OnceLock::new() }
    }

    /// So many bytes of arguments have been read, and fit or not.
    pub(crate) fn have_read(&self, bytes: usize, fit: bool) {
        if !fit || bytes >= LONG_ARGUMENTS {
            self.read.get_or_init(|| (self.begun.elapsed(), fit));
        }
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        let read = self.read.get().copied().unwrap_or((Duration::ZERO, true));
        if let Some(took) = counted(self.begun.elapsed(), read) {
            self.record.note(took);
        }
    }
}

/// What counts as a run of all that a call took; `read` as in [`Timing`].
fn counted(took: Duration, read: (Duration, bool)) -> Option<Duration> {
    match read {
        (reading, _) if reading >= TOLERABLE => Some(took), // others waited for that as well
        (reading, true) => Some(took - reading),
        (_, false) => None, // the function was not run
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_micros(1);
    const LONG: Duration = Duration::from_millis(100);

    /// How many quick runs it takes until the function is trusted.
    fn proof_of(pace: &Pace) -> u32 {
        let mut runs = 0;
        while !pace.is_quick() {
            pace.record().note(SHORT);
            runs += 1;
        }
        runs
    }

    #[test]
    fn a_function_has_to_prove_itself() {
        let pace = Pace::new(false);
        pace.record().note(SHORT);
        pace.record().note(LONG);
        assert_eq!(proof_of(&pace), FIRST_PROOF);
    }

    #[test]
    fn a_call_whose_arguments_do_not_fit_proves_nothing() {
        let pace = Pace::new(false);
        let call = |fit| Timing::begin(pace.record().clone()).have_read(0, fit);
        (0..2 * FIRST_PROOF).for_each(|_| call(false));
        assert!(!pace.is_quick());
        (0..10 * FIRST_PROOF).for_each(|_| call(true)); // a busy machine may keep some of them
        assert!(pace.is_quick());
    }

    #[test]
    fn what_was_read_counts_if_others_had_to_wait_for_it() {
        let short = TOLERABLE - SHORT;
        assert_eq!(counted(LONG, (short, true)), Some(LONG - short));
        assert_eq!(counted(LONG, (TOLERABLE, true)), Some(LONG));
        assert_eq!(counted(LONG, (TOLERABLE, false)), Some(LONG));
        assert_eq!(counted(LONG, (short, false)), None);
    }

    #[test]
    fn a_function_that_may_wait_is_never_trusted() {
        let pace = Pace::new(true);
        for _ in 0..2 * FIRST_PROOF {
            pace.record().note(SHORT);
        }
        assert!(!pace.is_quick());
    }

    #[test]
    fn each_slow_run_asks_for_more_proof() {
        let pace = Pace::new(false);
        proof_of(&pace);
        pace.record().note(LONG);
        assert_eq!(proof_of(&pace), FIRST_PROOF * DOUBT);
        pace.record().note(TOLERABLE - SHORT);
        assert!(pace.is_quick());
        pace.record().note(LONG);
        pace.record().note(LONG);
        assert!(!pace.is_quick());
        assert_eq!(proof_of(&pace), FIRST_PROOF * DOUBT * DOUBT);
    }
}
