use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// How long a call may take: from its last progress, and in all. The time its client takes to
/// answer does not count.
pub(super) struct Deadline {
    pub(super) timeout: Duration,
    ceiling: Duration,
    /// Made once the call waits: most never do.
    timer: Option<Timer>,
}

struct Timer {
    sleep: Pin<Box<Sleep>>,
    /// Not after this, whatever progress there is.
    end: Instant,
    rests_since: Option<Instant>,
}

impl Deadline {
    /// An author who gives a function more than the ceiling means it.
    pub(super) fn new(timeout: Duration, ceiling: Duration) -> Self {
        Self { timeout, ceiling: ceiling.max(timeout), timer: None }
    }

    /// Ready once the call has taken too long. `progress` says when it last had some.
    pub(super) fn poll(
        &mut self,
        rests: bool,
        progress: &dyn Fn() -> Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Timer {
            sleep: Box::pin(tokio::time::sleep(self.timeout)),
            end: Instant::now() + self.ceiling,
            rests_since: None,
        });
        if rests {
            timer.rests_since.get_or_insert_with(Instant::now);
            return Poll::Pending;
        }
        if let Some(since) = timer.rests_since.take() {
            let rested = since.elapsed();
            timer.end += rested;
            let deadline = timer.sleep.deadline() + rested;
            timer.sleep.as_mut().reset(deadline);
        }
        std::task::ready!(timer.sleep.as_mut().poll(cx));
        let extended = progress().map(|at| (at + self.timeout).min(timer.end));
        match extended.filter(|deadline| *deadline > Instant::now()) {
            None => Poll::Ready(()),
            Some(deadline) => {
                timer.sleep.as_mut().reset(deadline);
                timer.sleep.as_mut().poll(cx)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// How long a call may run that has progress every `every`.
    async fn runs(every: Option<Duration>) -> Duration {
        let began = Instant::now();
        let mut deadline = Deadline::new(TIMEOUT, 3 * TIMEOUT);
        let progress = || {
            let every = every?;
            let passed = began.elapsed().as_millis() / every.as_millis();
            Some(began + every * u32::try_from(passed).unwrap())
        };
        poll_fn(|cx| deadline.poll(false, &progress, cx)).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn progress_extends_the_time_up_to_the_ceiling() {
        let near = |took: Duration, expected: Duration| {
            assert!(took >= expected && took < expected + TIMEOUT / 100, "{took:?}");
        };
        near(runs(None).await, TIMEOUT);
        near(runs(Some(TIMEOUT / 2)).await, 3 * TIMEOUT);
        near(runs(Some(TIMEOUT * 9 / 10)).await, 3 * TIMEOUT);
    }
}
