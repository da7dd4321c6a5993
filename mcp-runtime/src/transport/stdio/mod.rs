//! Lines over stdin and stdout.
//!
//! ```text
//! platform (whose file descriptors?) → lines → connection → writer
//!                                                └ finish (the client says no more)
//! ```

mod connection;
mod finish;
mod lines;
mod platform;
mod writer;

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::JoinSet;

use crate::handler::BoxFuture;
use crate::server::{Error, Server, Service};
use connection::Connection;
use platform::Streams;
#[cfg(feature = "cli")]
pub(crate) use platform::is_terminal;
pub(crate) use platform::{Ends, guard};

impl Server {
    /// Serves one client over stdin and stdout, until it closes stdin or stdout, the parent
    /// process ends or [`shutdown_on`](Self::shutdown_on) says so: for programs without this crate's command line.
    ///
    /// From here on `println!`, here and in child processes, writes to stderr, because stdout
    /// belongs to the protocol; and stdin is empty. What other threads print while this begins may
    /// still reach the client: print nothing before.
    ///
    /// A function that blocks its thread cannot be stopped, and a tokio runtime waits for it when
    /// it is dropped. End the process with [`std::process::exit`] where that matters.
    ///
    /// ```no_run
    /// use mcp_runtime::{Server, tool, tools};
    ///
    /// /// Adds two numbers.
    /// #[tool]
    /// fn add(a: i64, b: i64) -> i64 {
    ///     a + b
    /// }
    ///
    /// #[tokio::main(flavor = "current_thread")]
    /// async fn main() -> Result<(), mcp_runtime::Error> {
    ///     Server::new("adder", "1.0.0").with(tools![add]).serve_stdio().await
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Mistakes in the server, state that cannot be made, and stdin or stdout that cannot be used.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O and time enabled.
    pub async fn serve_stdio(self) -> Result<(), Error> {
        self.on_stdio().await
    }

    /// In a box, so that it is compiled here, once, and not again in each place that polls it.
    fn on_stdio(self) -> BoxFuture<Result<(), Error>> {
        Box::pin(async move {
            let ends = guard().map_err(|error| unusable(&error))?;
            self.live(&(), async |service| serve(service, ends).await).await
        })
    }
}

/// Serves the client at the other ends, and returns when it is gone or the service is over.
pub(crate) async fn serve(service: Arc<Service>, ends: Ends) -> Result<(), Error> {
    let parent = ends.parent();
    let Streams { input, output, unread } = ends.open().map_err(|error| unusable(&error))?;
    let life = service.life().clone();
    let mut reasons: [BoxFuture<()>; 3] = [
        Box::pin(async move { parent.death().await }),
        unread,
        Box::pin(async move { life.over().await }),
    ];
    let interrupt = poll_fn(move |cx| {
        match reasons.iter_mut().any(|reason| reason.as_mut().poll(cx).is_ready()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    });
    let connection = Connection::new(service, input, output).run(interrupt);
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return connection.await.map_err(|error| unusable(&error));
    }
    // On a worker of the runtime, which is what waits for input: a task outside would have to be
    // woken by it. In a set, so that it ends if nobody awaits it any more.
    let mut task = JoinSet::new();
    task.spawn(connection);
    match task.join_next().await {
        Some(Ok(served)) => served.map_err(|error| unusable(&error)),
        Some(Err(error)) => Err(Error::one(format!("the connection broke off: {error}"))),
        None => Ok(()),
    }
}

fn unusable(error: &std::io::Error) -> Error {
    Error::one(format!("cannot use stdin and stdout: {error}"))
}
