//! From a socket to requests of HTTP.
//!
//! ```text
//! listener → admission (may it connect?) → here (TLS, then HTTP) → exchange → site::Routes
//! ```
//!
//! `listener` has the sockets. `admission` bounds how many are open, and has `crowd` give memory back
//! when many have gone. Over TLS (`tls`, its files read by `pem`) keys are agreed on first, and perhaps
//! `http2`. `exchange` counts what the connection still owes its client, which
//! is what the end of the server waits for.

mod admission;
mod crowd;
mod exchange;
#[cfg(feature = "tls")]
mod http2;
mod listener;
#[cfg(feature = "tls")]
mod pem;
#[cfg(feature = "tls")]
mod tls;

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use admission::Admitted;
pub(super) use admission::of_operators;
use exchange::{Exchanges, Exchanging, Watched};
pub(crate) use listener::{Listener, bind};
#[cfg(feature = "tls")]
use tls::Tls;
#[cfg(feature = "tls")]
pub(super) use tls::TlsFiles;

use crate::context::Budget;
use crate::server::{Error, Service};
use crate::transport::http::HttpOptions;
use crate::transport::http::site::Routes;

/// What is read at once of a body that is large; a head has a bound of its own.
const BUFFER: usize = 64 * 1024;

/// What all connections of a listener have in common.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) service: Arc<Service>,
    /// Of which open connections take.
    pub(super) budget: Arc<Budget>,
    routes: Routes,
    #[cfg(feature = "tls")]
    tls: Option<Arc<Tls>>,
}

impl Terms {
    pub(super) fn new(
        service: &Arc<Service>,
        routes: impl Into<Routes>,
        options: &HttpOptions,
    ) -> Result<Self, Error> {
        #[cfg(not(feature = "tls"))]
        let _ = options;
        Ok(Self {
            service: service.clone(),
            budget: service.budget().clone(),
            routes: routes.into(),
            #[cfg(feature = "tls")]
            tls: options.tls.as_ref().map(Tls::load).transpose()?,
        })
    }

    /// Serves a client until it leaves, or everything is over.
    async fn serve(self, stream: TcpStream, client: SocketAddr, _admitted: Admitted) {
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls.clone() {
            // In a box, because it is larger by far than a connection without it has to be.
            return Box::pin(self.over_tls(tls, stream, client)).await;
        }
        self.http1(stream, client).await;
    }

    #[cfg(feature = "tls")]
    async fn over_tls(self, tls: Arc<Tls>, stream: TcpStream, client: SocketAddr) {
        let agreed = unless(self.service.life().over(), tls.accept(stream)).await;
        match agreed {
            Some(Ok(stream)) if tls::chose_h2(&stream) => self.http2(stream, client).await,
            Some(Ok(stream)) => self.http1(stream, client).await,
            Some(Err(error)) => tracing::debug!(%client, %error, "no keys were agreed on"),
            None => {}
        }
    }

    async fn http1(self, stream: impl AsyncRead + AsyncWrite + Unpin, client: SocketAddr) {
        /// What hyper has room for without an allocation for each request.
        const HEADERS: usize = 100;
        let limits = &self.service.limits;
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.header_time)
            .max_header_size(limits.header_bytes)
            .max_buf_size(limits.header_bytes.max(BUFFER));
        if limits.headers != HEADERS {
            http.max_headers(limits.headers);
        }
        let exchanges = Exchanges::new(self.service.life());
        let stream = TokioIo::new(Watched::new(stream, exchanges.clone()));
        let exchanging = Exchanging::new(self.routes, client, exchanges.clone());
        let service = service_fn(|request| exchanging.answer(request));
        let connection = http.serve_connection(stream, service);
        drive(connection, http1::Connection::graceful_shutdown, &exchanges, client).await;
    }
}

/// Serves a connection until it ends or everything is over; `finish` makes the responses that are
/// under way its last.
async fn drive<C: Future<Output = hyper::Result<()>>>(
    connection: C,
    finish: impl FnOnce(Pin<&mut C>),
    exchanges: &Exchanges,
    client: SocketAddr,
) {
    let mut connection = pin!(connection);
    let (mut draining, mut over) =
        (pin!(exchanges.life().draining()), pin!(exchanges.life().over()));
    let mut finish = Some(finish);
    let ended = poll_fn(|cx| {
        if finish.is_some()
            && draining.as_mut().poll(cx).is_ready()
            && let Some(finish) = finish.take()
            && exchanges.are_open()
        {
            finish(connection.as_mut()); // an idle one is told with its next response
        }
        let ended = connection.as_mut().poll(cx);
        exchanges.settle();
        match ended {
            // Whatever is left now has had its time, or was never sent whole.
            Poll::Pending => over.as_mut().poll(cx).map(Ok),
            ended => ended,
        }
    })
    .await;
    if let Err(error) = ended {
        tracing::debug!(%client, %error, "a connection broke off");
    }
}

/// What `work` comes to; `None` if `end` is there before.
#[cfg(feature = "tls")]
async fn unless<T>(end: impl Future<Output = ()>, work: impl Future<Output = T>) -> Option<T> {
    let (mut end, mut work) = (pin!(end), pin!(work));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => end.as_mut().poll(cx).map(|()| None),
    })
    .await
}
