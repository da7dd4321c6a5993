use std::process;

use crate::transport::ShutdownTrigger;

/// What a shell reports for a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The first Ctrl-C or SIGTERM asks the server to finish what runs; the second ends the process.
pub(super) async fn watch(trigger: ShutdownTrigger) {
    let Ok(mut signals) =
        Signals::new().inspect_err(|error| tracing::warn!(%error, "signals are not watched"))
    else {
        // Keeps the trigger: without it transports would wait for nothing all the same.
        return std::future::pending().await;
    };
    signals.next().await;
    trigger.pull();
    signals.next().await;
    process::exit(INTERRUPTED);
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        use std::task::Poll;
        std::future::poll_fn(|cx| {
            let interrupted = self.interrupt.poll_recv(cx).is_ready();
            if interrupted || self.terminate.poll_recv(cx).is_ready() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
