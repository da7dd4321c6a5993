use std::any::TypeId;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::hook::{RunHook, ShutdownHook};
use crate::handler::{BoxFuture, Need, task};
use crate::server::{Error, Server, Service};

/// How long running calls have to finish when the server stops, unless the author or `--drain`
/// says otherwise: less than the shortest time container hosts wait before they kill, 10 s.
const DRAIN: Duration = Duration::from_secs(5);

/// What clients have to read the errors of calls that were cut off.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(1);

/// When a server ends, and how.
pub(in crate::server) struct Ending {
    stops: Vec<BoxFuture<()>>,
    pub(in crate::server) drain: Duration,
    hooks: Vec<RunHook>,
    needs: Vec<Need>,
}

impl Default for Ending {
    fn default() -> Self {
        Self { stops: Vec::new(), drain: DRAIN, hooks: Vec::new(), needs: Vec::new() }
    }
}

impl Ending {
    /// Ready once one of the signals is; none if there are none.
    fn take_stop(&mut self) -> Option<BoxFuture<()>> {
        let mut stops = std::mem::take(&mut self.stops);
        (!stops.is_empty()).then(|| {
            task(poll_fn(move |cx| {
                let any = stops.iter_mut().any(|stop| stop.as_mut().poll(cx).is_ready());
                if any { Poll::Ready(()) } else { Poll::Pending }
            }))
        })
    }

    /// Whether the state that hooks need is among what is `given`.
    pub(in crate::server) fn check(&self, given: &[TypeId]) -> Result<(), Error> {
        let missing = self.needs.iter().find(|need| !given.contains(&need.type_id));
        missing.map_or(Ok(()), |need| {
            Err(Error::one(format!(
                "`on_shutdown` takes `{0}`, and there is no such state: add it with `.state(..)` or `.state_with(..)`",
                (need.type_name)()
            )))
        })
    }
}

impl<A> Server<A> {
    /// Runs after the last call has ended, before the process does: the counterpart of
    /// [`state_with`](Self::state_with). Hooks run in the order they were added.
    ///
    /// The closure is async; it may take state, as an `Arc`. State that is missing is an error at
    /// start.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use mcp_runtime::Server;
    ///
    /// struct Pool;
    /// # impl Pool { async fn close(&self) {} }
    ///
    /// let server = Server::new("shop", "1.0.0")
    ///     .state(Pool)
    ///     .on_shutdown(|pool: Arc<Pool>| async move { pool.close().await });
    /// # let _ = server;
    /// ```
    pub fn on_shutdown<M>(mut self, hook: impl ShutdownHook<M>) -> Self {
        let hook = hook.into_hook();
        self.ending.needs.extend(hook.needs);
        self.ending.hooks.push(hook.run);
        self
    }

    /// Stops the server once `signal` is ready: no more requests are taken, running calls have
    /// [`drain`](Self::drain) to finish, streams end, [hooks](Self::on_shutdown) run, and what serves
    /// returns. May be said several times; `run` adds SIGTERM and Ctrl-C.
    ///
    /// The routes of `into_router` answer 503 from then on, and their streams end: the
    /// application's own shutdown need not wait for them.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), mcp_runtime::Error> {
    /// use mcp_runtime::{HttpOptions, Server};
    ///
    /// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    /// Server::new("clock", "1.0.0")
    ///     .shutdown_on(async move { drop(stopped.await) })
    ///     .serve_http("127.0.0.1:8000", HttpOptions::default())
    ///     .await?;
    /// # drop(stop);
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown_on(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.ending.stops.push(Box::pin(signal));
        self
    }

    /// How long running calls have to finish when the server stops: 5 seconds unless said. Those
    /// that take longer are cancelled, and answered with an error. `--drain` sets it too.
    pub fn drain(mut self, limit: Duration) -> Self {
        self.ending.drain = limit;
        self
    }

    pub(crate) fn drain_limit(&self) -> Duration {
        self.ending.drain
    }

    /// Ready once the server is asked to stop; none if nobody can.
    pub(crate) fn take_stop(&mut self) -> Option<BoxFuture<()>> {
        self.ending.take_stop()
    }
}

impl<A: 'static> Server<A> {
    /// From the making of its state to its last hook: what all that serve until the end have in common.
    pub(crate) async fn live(
        mut self,
        flags: &A,
        serve: impl AsyncFnOnce(Arc<Service>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let hooks = std::mem::take(&mut self.ending.hooks);
        let stop = self.take_stop();
        let service = self.build(flags).await?;
        let _watcher = stop.map(|stop| service.clone().stop_on(stop));
        let served = serve(service.clone()).await;
        for hook in hooks {
            if let Some(hook) = hook(&service.states) {
                hook.await;
            }
        }
        served
    }
}

impl Service {
    /// Ends the server once `stop` is ready, unless the set is dropped before.
    fn stop_on(self: Arc<Self>, stop: BoxFuture<()>) -> JoinSet<()> {
        let watching = async move {
            stop.await;
            self.stop().await;
        };
        JoinSet::from_iter([task(watching)])
    }

    /// Ends the server: gives what runs its time, then cuts it off.
    pub(crate) async fn stop(&self) {
        self.life.begin_draining();
        self.end_subscriptions();
        if timeout(self.drain, self.life.released()).await.is_err() {
            tracing::warn!(limit = ?self.drain, "calls still run; they are cut off");
            self.life.cut_calls();
            let _ = timeout(LAST_WORDS, self.life.released()).await;
        }
        self.life.end();
    }

    /// Ends calls with an error whose time is over.
    pub(crate) fn cut_calls(&self) {
        self.life.cut_calls();
    }
}
