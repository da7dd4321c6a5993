//! HTTP/2, for clients that choose it as they agree on keys.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::exchange::{Exchanges, Exchanging, Watched};
use super::{BUFFER, Terms, drive, unless};

/// What a client may send before any of it is read, on all streams of a connection together.
const WINDOW: u32 = 64 * 1024;

/// Requests of one connection that are answered at a time.
const STREAMS: u32 = 64;

/// Requests that a client may have taken back before they were looked at, and wrong ones, before it
/// is hung up on ("rapid reset", CVE-2023-44487).
const RESETS: usize = 64;

/// How long a client may take to answer a ping.
const PONG_TIME: Duration = Duration::from_secs(15);

impl Terms {
    pub(super) async fn http2(
        self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        client: SocketAddr,
    ) {
        let limits = &self.service.limits;
        let Some(_reserved) = self.service.budget().reserve(WINDOW as usize) else {
            return tracing::warn!(%client, "no memory is left for a connection of HTTP/2");
        };
        let has_asked = AtomicBool::new(false);
        let exchanges = Exchanges::new(self.service.life());
        let stream = TokioIo::new(Watched::new(stream, exchanges.clone()));
        let exchanging = Exchanging::new(self.routes, client, exchanges.clone());
        let service = |request| {
            has_asked.store(true, Ordering::Relaxed);
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
            if has_asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        unless(silent, served).await;
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use tokio::time::Instant;

    use super::*;
    use crate::transport::http::HttpOptions;

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
