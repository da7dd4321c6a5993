use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// How long a call may take. The time its client takes to answer does not count.
pub(super) struct Limit {
    pub(super) limit: Duration,
    sleep: Pin<Box<Sleep>>,
    rests_since: Option<Instant>,
}

impl Limit {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, sleep: Box::pin(tokio::time::sleep(limit)), rests_since: None }
    }

    /// Ready once the call has taken too long.
    pub(super) fn poll(&mut self, rests: bool, cx: &mut Context<'_>) -> Poll<()> {
        if rests {
            self.rests_since.get_or_insert_with(Instant::now);
            return Poll::Pending;
        }
        if let Some(since) = self.rests_since.take() {
            let deadline = self.sleep.deadline() + since.elapsed();
            self.sleep.as_mut().reset(deadline);
        }
        self.sleep.as_mut().poll(cx)
    }
}
