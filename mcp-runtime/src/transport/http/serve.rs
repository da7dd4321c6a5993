use std::net::ToSocketAddrs;
use std::sync::Arc;

use axum::Router;

use super::connection::Terms;
use super::site::Site;
use super::{HttpOptions, Listener, Mode};
use crate::server::{Error, Server, Service};
use crate::transport::Shutdown;

/// Serves on a bound address until it is told to stop. `ready` is called when nothing can keep it
/// from serving any more.
pub(crate) async fn serve(
    service: Arc<Service>,
    listener: Listener,
    options: &HttpOptions,
    mode: Mode,
    shutdown: Shutdown,
    ready: impl FnOnce(),
) -> Result<(), Error> {
    let site = Site::new(&service, options, mode, listener.own_hosts())?;
    let terms = Terms::new(&service, site.whole_router(), options, shutdown)?;
    ready();
    listener.serve(terms, || site.close_streams()).await;
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
    /// As there, and if an option cannot be followed.
    pub async fn into_router_with(self, options: HttpOptions) -> Result<Router, Error> {
        #[cfg(feature = "tls")]
        if options.tls.is_some() {
            return Err(Error::one("a router opens no connections: set TLS up where you serve it"));
        }
        let service = self.build(&()).await?;
        Ok(Site::new(&service, &options, Mode::Http, Vec::new())?.router())
    }

    /// Serves Streamable HTTP on an address such as `127.0.0.1:8000`. Does not return: drop the
    /// future to stop, or use `run`, which stops on signals and runs the shutdown hooks.
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
    /// If the server cannot be built, an option cannot be followed, or the address is in use.
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
    /// # Errors
    ///
    /// As there.
    pub async fn serve_http_on(
        self,
        listener: std::net::TcpListener,
        options: HttpOptions,
    ) -> Result<(), Error> {
        self.serve_on(Listener::from_std(listener)?, options).await
    }

    async fn serve_on(self, listener: Listener, options: HttpOptions) -> Result<(), Error> {
        let service = self.build(&()).await?;
        let (_never_pulled, shutdown) = Shutdown::new();
        serve(service, listener, &options, Mode::Http, shutdown, || {}).await
    }
}
