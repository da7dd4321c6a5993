use std::sync::mpsc;
use std::time::Duration;
use std::{io, process, thread};

use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::say::say;

/// What a process still does after the time its calls had: their errors, hooks.
const GRACE: Duration = Duration::from_secs(5);

/// Ready at the first Ctrl-C or SIGTERM. The second ends the process; so does a function that keeps
/// the server from ending by itself, some time after `drain`.
///
/// On a thread of its own: a function that blocks the server's must not block the way out. Returns
/// once they are watched, so that nobody who hears that the server listens comes too early.
pub(super) fn watch(drain: Duration) -> impl Future<Output = ()> + Send + 'static {
    let (ready, watched) = mpsc::channel();
    let (asked, stop) = oneshot::channel();
    let watching = move || {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        runtime.block_on(async {
            let mut signals = Signals::new()?;
            let _ = ready.send(());
            signals.next().await;
            let _ = asked.send(());
            if let Ok(signal) = timeout(drain.saturating_add(GRACE), signals.next()).await {
                process::exit(signal.status());
            }
            say(format_args!(
                "error: a function, or a hook of `on_shutdown`, keeps the server from ending"
            ));
            process::exit(1)
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
    async {
        if stop.await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

enum Signal {
    Interrupt,
    #[cfg(unix)]
    Terminate,
}

impl Signal {
    /// What a shell reports for a process that the signal ended.
    fn status(&self) -> i32 {
        match self {
            Self::Interrupt => 130,
            #[cfg(unix)]
            Self::Terminate => 143,
        }
    }
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

    async fn next(&mut self) -> Signal {
        use std::task::Poll;
        std::future::poll_fn(|cx| {
            if self.interrupt.poll_recv(cx).is_ready() {
                Poll::Ready(Signal::Interrupt)
            } else {
                self.terminate.poll_recv(cx).map(|_| Signal::Terminate)
            }
        })
        .await
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}
