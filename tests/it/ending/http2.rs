//! One connection of HTTP/2 over TLS that several threads share, made anew once the server has told
//! that it takes no more over it.

use std::io;
use std::net::SocketAddr;
use std::sync::Mutex;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::runtime::{Builder, Runtime};
use tokio_rustls::rustls::version::TLS13;

use crate::tls::{self, Pair};

type Sender = http2::SendRequest<Full<Bytes>>;

pub(crate) struct Http2 {
    address: SocketAddr,
    tls: tls::Client,
    runtime: Runtime,
    open: Mutex<Option<Sender>>,
}

impl Http2 {
    pub(super) fn new(address: SocketAddr, pair: &Pair) -> Self {
        let tls = pair.client(&[&TLS13], "h2");
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { address, tls, runtime, open: Mutex::default() }
    }

    /// Status, head and body.
    pub(super) fn post(&self, session: &str, body: &str) -> io::Result<(u16, String, String)> {
        self.runtime.block_on(self.exchange(session, body)).map_err(io::Error::other)
    }

    async fn exchange(
        &self,
        session: &str,
        body: &str,
    ) -> Result<(u16, String, String), Box<dyn std::error::Error + Send + Sync>> {
        let mut request = Request::post(format!("https://localhost:{}/mcp", self.address.port()))
            .header("content-type", "application/json")
            .header("accept", "application/json");
        if !session.is_empty() {
            request = request.header("mcp-session-id", session);
        }
        let mut request = request.body(Full::from(body.to_owned()))?;
        let response = loop {
            let sent = self.sender().await?.try_send_request(request).await;
            let Err(mut error) = sent else { break sent };
            // Not sent, as the server had said that it takes no more here (RFC 9113, 6.8).
            match error.take_message() {
                Some(unsent) => request = unsent,
                None => break Err(error),
            }
        };
        let response = response.map_err(|error| error.into_error())?;
        let status = response.status().as_u16();
        let head = response.headers().iter().fold(String::new(), |head, (name, value)| {
            format!("{head}{name}: {}\r\n", value.to_str().unwrap())
        });
        let body = response.into_body().collect().await?.to_bytes();
        Ok((status, head, String::from_utf8(body.to_vec())?))
    }

    /// The connection, if it still takes requests; else another.
    async fn sender(&self) -> io::Result<Sender> {
        if let Some(sender) = self.open.lock().unwrap().clone()
            && !sender.is_closed()
        {
            return Ok(sender);
        }
        let stream = self.tls.try_open(self.address).await?;
        let made = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (sender, connection) = made.map_err(io::Error::other)?;
        tokio::spawn(connection);
        *self.open.lock().unwrap() = Some(sender.clone());
        Ok(sender)
    }
}
