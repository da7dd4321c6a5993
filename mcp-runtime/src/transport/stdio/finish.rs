//! What is left to do once the client has closed its end: every request that was read is answered.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::connection::Connection;
use super::writer::{Taken, Writer};
use crate::context::Outbox;
use crate::server::Service;

/// How long calls may still run; then they are cut off, and their errors are written.
const CALL_TIME: Duration = Duration::from_secs(1);

/// How long a client may take nothing of what is written before it counts as gone. One that reads
/// slowly gets everything.
const READ_TIME: Duration = Duration::from_secs(5);

pub(super) struct Finish {
    service: Arc<Service>,
    outbox: Arc<Outbox>,
    writer: Writer,
}

impl Finish {
    pub(super) fn new(connection: Connection) -> Self {
        let Connection { service, outbox, writer, .. } = connection;
        service.end_subscriptions(); // they would wait for ever
        outbox.close();
        Self { service, outbox, writer }
    }

    pub(super) async fn run(
        mut self,
        mut gone: Pin<&mut impl Future<Output = ()>>,
    ) -> io::Result<()> {
        let mut call_time = pin!(sleep(CALL_TIME));
        let mut read_time = pin!(sleep(CALL_TIME + READ_TIME));
        let mut cut = false;
        poll_fn(|cx| {
            if gone.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(()));
            }
            if !cut && call_time.as_mut().poll(cx).is_ready() {
                cut = true;
                self.service.cut_calls();
            }
            let taken = self.writer.taken;
            if let Poll::Ready(written) = self.poll_rest(cx) {
                return Poll::Ready(written);
            }
            if self.writer.taken > taken {
                postpone(read_time.as_mut());
            }
            ready!(read_time.as_mut().poll(cx));
            tracing::warn!("the client does not read; what was left for it is lost");
            Poll::Ready(Ok(()))
        })
        .await
    }

    /// Writes what calls still say, until that is all.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let taken = self.writer.take_from(&self.outbox, cx);
            if taken == Taken::Last {
                return self.writer.poll_close(cx);
            }
            ready!(self.writer.poll_write(cx))?;
            if taken == Taken::All {
                return Poll::Pending;
            }
        }
    }
}

fn postpone(sleep: Pin<&mut Sleep>) {
    sleep.reset(Instant::now() + READ_TIME);
}
