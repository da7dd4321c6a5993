//! From a socket to requests of HTTP.
//!
//! ```text
//! listener → admission (may it connect?) → here (TLS, then HTTP) → exchange → site::Routes
//! ```
//!
//! `listener` has the sockets. `admission` bounds how many are open, and has `crowd` give memory back
//! when many have gone. Over TLS (`tls`, its files read by `pem`) keys are agreed on first; then HTTP is
//! spoken in the version agreed on. `exchange` counts what the connection still owes its client, which
//! is what the end of the server waits for.

mod admission;
mod crowd;
mod exchange;
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
#[cfg(feature = "tls")]
use std::time::Duration;

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

    #[cfg(feature = "tls")]
    async fn http2(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        client: SocketAddr,
    ) {
        use std::sync::atomic::{AtomicBool, Ordering};

        use hyper::server::conn::http2;
        use hyper_util::rt::TokioExecutor;

        let limits = &self.service.limits;
        let Some(_reserved) = self.service.budget().reserve(WINDOW as usize) else {
            return tracing::warn!(%client, "no memory is left for a connection of HTTP/2");
        };
        let begun = AtomicBool::new(false);
        let exchanges = Exchanges::new(self.service.life());
        let stream = TokioIo::new(Watched::new(stream, exchanges.clone()));
        let exchanging = Exchanging::new(self.routes, client, exchanges.clone());
        let service = |request| {
            begun.store(true, Ordering::Relaxed);
            exchanging.answer(request)
        };
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
            .initial_connection_window_size(WINDOW)
            .initial_stream_window_size(WINDOW)
            .max_send_buf_size(BUFFER)
            .max_pending_accept_reset_streams(RESETS)
            .max_local_error_reset_streams(RESETS)
            .keep_alive_interval(limits.header_time)
            .keep_alive_timeout(PONG_TIME)
            .serve_connection(stream, service_fn(service));
        let served = drive(connection, http2::Connection::graceful_shutdown, &exchanges, client);
        // Pings find out who has gone; who never asks for anything may not even answer them.
        let silent = async {
            tokio::time::sleep(limits.header_time).await;
            if begun.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        unless(silent, served).await;
    }
}

/// What a client may send before any of it is read, on all streams of a connection together.
#[cfg(feature = "tls")]
const WINDOW: u32 = 64 * 1024;

/// Requests of one connection that are answered at a time.
#[cfg(feature = "tls")]
const STREAMS: u32 = 64;

/// Requests that a client may have taken back before they were looked at, and wrong ones, before it
/// is hung up on ("rapid reset", CVE-2023-44487).
#[cfg(feature = "tls")]
const RESETS: usize = 64;

/// How long a client may take to answer a ping.
#[cfg(feature = "tls")]
const PONG_TIME: Duration = Duration::from_secs(15);

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

#[cfg(all(test, feature = "tls"))]
mod tests {
    use axum::Router;
    use tokio::time::Instant;

    use super::*;

    /// HTTP/1.1 has its own limit for a head; HTTP/2 would wait for a first byte.
    #[tokio::test(start_paused = true)]
    async fn a_client_that_chose_http2_and_says_nothing_is_left() {
        let service = crate::server::Server::new("test", "1").build(&()).await.unwrap();
        let terms = Terms::new(&service, Router::new(), &HttpOptions::default()).unwrap();
        let (_client, stream) = tokio::io::duplex(64);
        let started = Instant::now();
        terms.http2(stream, ([127, 0, 0, 1], 1).into()).await;
        assert_eq!(started.elapsed().as_secs(), service.limits.header_time.as_secs());
    }
}
