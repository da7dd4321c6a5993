use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use axum::Router;
use tokio::task::JoinSet;

use super::connection::Terms;
use super::connection::of_operators;
use super::site::Site;
use super::site::ops;
use super::{HttpOptions, Listener, Mode, bind};
use crate::handler::{BoxFuture, task};
use crate::server::{Error, Server, Service};

/// Serves on a bound address until it is told to stop. `ready` is called when nothing can keep it
/// from serving any more; it gets the other address, if there is one.
pub(crate) async fn serve(
    service: Arc<Service>,
    listener: Listener,
    options: &HttpOptions,
    mode: Mode,
    ready: impl FnOnce(Option<SocketAddr>),
) -> Result<(), Error> {
    let site = Arc::new(Site::new(&service, options, mode, listener.own_hosts())?);
    let ops = ops::router(&service, options.metrics)?;
    let mut beside = JoinSet::new(); // which ends with this future
    let (router, ops_address) = match options.ops_port {
        None => (site.whole_router().merge(ops), None),
        Some(port) => {
            let other = bind(&listener.local_addr().ip().to_string(), port).await?;
            let address = other.local_addr();
            // For probes of the same network: without TLS.
            let mut terms = Terms::new(&service, ops, &HttpOptions::default())?;
            terms.budget = of_operators(&service.limits);
            beside.spawn(task(other.serve(terms)));
            (site.whole_router(), Some(address))
        }
    };
    let terms = Terms::new(&service, site.routes(router), options)?;
    beside.spawn(task(site.clone().end_in_time()));
    ready(ops_address);
    listener.serve(terms).await;
    site.end();
    Ok(())
}

impl Server {
    /// The server as routes of an axum application: `/mcp`.
    ///
    /// Only requests for a loopback name are served; use [`into_router_with`](Self::into_router_with)
    /// to allow others. Hooks of [`on_shutdown`](Self::on_shutdown) do not run: the application
    /// knows when it ends.
    ///
    /// ```
    /// # async fn routes() -> Result<(), mcp_runtime::Error> {
    /// let routes = mcp_runtime::Server::new("clock", "1.0.0").into_router().await?;
    /// # let _: axum::Router = routes;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the functions do not go together, state is missing, or cannot be made.
    pub async fn into_router(self) -> Result<Router, Error> {
        self.into_router_with(HttpOptions::default()).await
    }

    /// As [`into_router`](Self::into_router), with options.
    ///
    /// # Errors
    ///
    /// As there; if an option is one that is refused at start, which the methods of [`HttpOptions`]
    /// say; and for TLS, which is a matter of whoever opens the connections.
    pub async fn into_router_with(mut self, options: HttpOptions) -> Result<Router, Error> {
        #[cfg(feature = "tls")]
        if options.tls.is_some() {
            return Err(Error::one("a router opens no connections: set TLS up where you serve it"));
        }
        let stop = self.take_stop();
        let service = self.build(&()).await?;
        let site = Arc::new(Site::new(&service, &options, Mode::Http, Vec::new())?);
        let router = site.router();
        if let Some(stop) = stop {
            tokio::spawn(task(async move {
                stop.await;
                tokio::spawn(task(site.end_in_time()));
                service.stop().await;
            }));
        }
        Ok(router)
    }

    /// Serves Streamable HTTP on an address such as `127.0.0.1:8000`, until
    /// [`shutdown_on`](Self::shutdown_on) says so; signals are the program's to watch, unless it uses
    /// `run`. Dropping the future cuts everything off, and no hook runs.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), mcp_runtime::Error> {
    /// use mcp_runtime::{HttpOptions, Server};
    ///
    /// Server::new("clock", "1.0.0").serve_http("127.0.0.1:8000", HttpOptions::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Before anything is served:
    ///
    /// - The address cannot be listened on: it is in use, not permitted, not of this machine, or none.
    /// - The functions do not go together, as when two have one name.
    /// - State is missing, or cannot be made.
    /// - An option is one that is refused at start; the methods of [`HttpOptions`] say which are:
    ///   [`path`](HttpOptions::path), [`with_sse`](HttpOptions::with_sse),
    ///   [`allow_hosts`](HttpOptions::allow_hosts), [`allow_origins`](HttpOptions::allow_origins),
    ///   [`metrics`](HttpOptions::metrics), [`ops_port`](HttpOptions::ops_port),
    ///   [`public_url`](HttpOptions::public_url), [`trust_proxies`](HttpOptions::trust_proxies),
    ///   and with their features `tls` and `auth`.
    ///
    /// Once it serves, it ends without one.
    pub async fn serve_http(
        self,
        address: impl ToSocketAddrs,
        options: HttpOptions,
    ) -> Result<(), Error> {
        let listener = Listener::bind(address).await?;
        self.serve_on(listener, options).await
    }

    /// As [`serve_http`](Self::serve_http), on a listener of yours: one that a service manager has
    /// passed on, or of a port that the system chose.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::net::TcpListener;
    ///
    /// use mcp_runtime::{HttpOptions, Server};
    ///
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// println!("http://{}/mcp", listener.local_addr()?);
    /// Server::new("clock", "1.0.0").serve_http_on(listener, HttpOptions::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As there, but for the address: if the runtime cannot take the listener.
    pub async fn serve_http_on(
        self,
        listener: std::net::TcpListener,
        options: HttpOptions,
    ) -> Result<(), Error> {
        self.serve_on(Listener::from_std(listener)?, options).await
    }

    /// In a box, so that it is compiled here, once, and not again in each place that polls it.
    fn serve_on(self, listener: Listener, options: HttpOptions) -> BoxFuture<Result<(), Error>> {
        Box::pin(async move {
            let serve =
                async |service| serve(service, listener, &options, Mode::Http, |_| {}).await;
            self.live(&(), serve).await
        })
    }
}
