//! What a connection still owes its client: the end of a server waits for that, and for nothing else.
//!
//! An exchange begins when the head of a request is there, and ends when the system has its
//! response. A head that never comes whole, and a connection that only stays open, hold up nobody.

use std::convert::Infallible;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use axum::response::Response;
use http::header::{CONNECTION, HeaderValue};
use http::{Request, Version};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::context::unpoisoned;
use crate::server::{Hold, Life};
use crate::transport::http::reply::Holding;
use crate::transport::http::site::Routes;

/// The exchanges of one connection.
#[derive(Debug)]
pub(super) struct Exchanges {
    life: Arc<Life>,
    open: AtomicUsize,
    /// The client does not take what is written.
    is_blocked: AtomicBool,
    hold: Mutex<Option<Hold>>,
}

impl Exchanges {
    pub(super) fn new(life: &Arc<Life>) -> Arc<Self> {
        Arc::new(Self {
            life: life.clone(),
            open: AtomicUsize::new(0),
            is_blocked: AtomicBool::new(false),
            hold: Mutex::default(),
        })
    }

    pub(super) fn life(&self) -> &Life {
        &self.life
    }

    /// The head of a request is there.
    fn open(self: &Arc<Self>) -> Exchange {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.hold().get_or_insert_with(|| self.life.hold());
        Exchange(self.clone())
    }

    /// Whether a response is owed.
    pub(super) fn are_open(&self) -> bool {
        self.open.load(Ordering::SeqCst) > 0
    }

    /// After the connection did all it could: holds the end up for as long as something is owed.
    pub(super) fn settle(&self) {
        if !self.are_open() && !self.is_blocked.load(Ordering::SeqCst) {
            let released = self.hold().take();
            drop(released);
        }
    }

    fn hold(&self) -> MutexGuard<'_, Option<Hold>> {
        unpoisoned(self.hold.lock())
    }
}

/// A request whose response is not written yet.
#[derive(Debug)]
pub(super) struct Exchange(Arc<Exchanges>);

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The routes, as one connection sees them.
#[derive(Debug)]
pub(super) struct Exchanging {
    routes: Routes,
    client: SocketAddr,
    exchanges: Arc<Exchanges>,
}

impl Exchanging {
    pub(super) fn new(routes: Routes, client: SocketAddr, exchanges: Arc<Exchanges>) -> Self {
        Self { routes, client, exchanges }
    }

    /// Answers a request, in a future without a name: one with a name would need a box for each.
    pub(super) fn answer(
        &self,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<http::Response<Holding<Exchange>>, Infallible>> + Send + use<>
    {
        let exchange = self.exchanges.open();
        let closes_by_header = request.version() <= Version::HTTP_11; // later ones have a frame for it
        let routed = self.routes.answer(self.client, request);
        async move {
            let mut response: Response = routed.await?;
            if closes_by_header && !exchange.0.life.is_serving() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok(response.map(|body| Holding::new(body, exchange)))
        }
    }
}

/// A socket of which it is known whether the client takes what is written.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    exchanges: Arc<Exchanges>,
}

impl<S> Watched<S> {
    pub(super) fn new(stream: S, exchanges: Arc<Exchanges>) -> Self {
        Self { stream, exchanges }
    }

    fn note<T>(&self, written: Poll<T>) -> Poll<T> {
        self.exchanges.is_blocked.store(written.is_pending(), Ordering::SeqCst);
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.note(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
