use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// How long a call may take: from its last progress, and in all. The time its client takes to
/// answer does not count.
pub(super) struct Limit {
    pub(super) limit: Duration,
    ceiling: Duration,
    /// Made once the call waits: most never do.
    running: Option<Running>,
}

struct Running {
    sleep: Pin<Box<Sleep>>,
    /// Not after this, whatever progress there is.
    end: Instant,
    rests_since: Option<Instant>,
}

impl Limit {
    /// An author who gives a function more than the ceiling means it.
    pub(super) fn new(limit: Duration, ceiling: Duration) -> Self {
        Self { limit, ceiling: ceiling.max(limit), running: None }
    }

    /// Ready once the call has taken too long. `progress` says when it last had some.
    pub(super) fn poll(
        &mut self,
        rests: bool,
        progress: &dyn Fn() -> Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let running = self.running.get_or_insert_with(|| Running {
            sleep: Box::pin(tokio::time::sleep(self.limit)),
            end: Instant::now() + self.ceiling,
            rests_since: None,
        });
        if rests {
            running.rests_since.get_or_insert_with(Instant::now);
            return Poll::Pending;
        }
        if let Some(since) = running.rests_since.take() {
            let rested = since.elapsed();
            running.end += rested;
            let deadline = running.sleep.deadline() + rested;
            running.sleep.as_mut().reset(deadline);
        }
        std::task::ready!(running.sleep.as_mut().poll(cx));
        let extended = progress().map(|at| (at + self.limit).min(running.end));
        match extended.filter(|deadline| *deadline > Instant::now()) {
            None => Poll::Ready(()),
            Some(deadline) => {
                running.sleep.as_mut().reset(deadline);
                running.sleep.as_mut().poll(cx)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    /// How long a call may run that has progress every `every`.
    async fn runs(every: Option<Duration>) -> Duration {
        let began = Instant::now();
        let mut limit = Limit::new(LIMIT, 3 * LIMIT);
        let progress = || {
            let every = every?;
            let passed = began.elapsed().as_millis() / every.as_millis();
            Some(began + every * u32::try_from(passed).unwrap())
        };
        poll_fn(|cx| limit.poll(false, &progress, cx)).await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn progress_extends_the_time_up_to_the_ceiling() {
        let near = |took: Duration, expected: Duration| {
            assert!(took >= expected && took < expected + LIMIT / 100, "{took:?}");
        };
        near(runs(None).await, LIMIT);
        near(runs(Some(LIMIT / 2)).await, 3 * LIMIT);
        near(runs(Some(LIMIT * 9 / 10)).await, 3 * LIMIT);
    }
}
