use std::sync::mpsc;
use std::{io, process, thread};

use tokio::runtime::Builder;

use crate::transport::ShutdownTrigger;

/// What a shell reports for a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// The first Ctrl-C or SIGTERM asks the server to finish what runs; the second ends the process.
///
/// On a thread of its own: a function that blocks the server's must not block the way out. Returns
/// once they are watched, so that nobody who hears that the server listens comes too early.
pub(super) fn watch(trigger: ShutdownTrigger) {
    let (ready, watched) = mpsc::channel();
    let watching = move || {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(async {
            let mut signals = Signals::new()?;
            let _ = ready.send(());
            signals.next().await;
            trigger.pull();
            signals.next().await;
            process::exit(INTERRUPTED)
        })
    };
    let watcher = thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let watched: io::Result<()> = watching();
        watched.inspect_err(|error| tracing::warn!(%error, "signals are not watched"))
    });
    if let Err(error) = watcher {
        tracing::warn!(%error, "signals are not watched");
    }
    let _ = watched.recv(); // an error if they cannot be, which is in the log
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
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
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
