//! What is asked of the authorisation server: small documents, in short time, from nowhere else.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use super::url::Url;

/// How long an answer may take, from the look-up of the name to its last byte.
const TIME: Duration = Duration::from_secs(5);

/// The largest answer.
const SIZE: usize = 256 * 1024;

/// A client for the few requests there are: each on a connection of its own.
///
/// A redirect is an error like any other: an answer comes from whom was asked, and a secret goes
/// nowhere else (RFC 8414, 6.2).
#[derive(Clone)]
pub(super) struct Fetcher {
    tls: TlsConnector,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Fetcher {
    /// Trusts whom the system trusts.
    pub(super) fn new() -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        // Said by name: a default of the process is the program's to choose.
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("cannot set up TLS: {error}"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    pub(super) async fn get(&self, url: &Url) -> Result<Vec<u8>, String> {
        self.ask(url, Method::GET, None, String::new()).await
    }

    /// Posts a form, by the leave of these credentials (RFC 6749, 2.3.1).
    pub(super) async fn post(
        &self,
        url: &Url,
        credentials: HeaderValue,
        form: String,
    ) -> Result<Vec<u8>, String> {
        self.ask(url, Method::POST, Some(credentials), form).await
    }

    async fn ask(
        &self,
        url: &Url,
        method: Method,
        credentials: Option<HeaderValue>,
        form: String,
    ) -> Result<Vec<u8>, String> {
        let wrong = |what: String| format!("{} {what}", url.as_str());
        let request = request(url, &method, credentials, form)
            .map_err(|error| wrong(format!("cannot be asked: {error}")))?;
        match tokio::time::timeout(TIME, self.exchange(url, request)).await {
            Ok(answer) => answer.map_err(wrong),
            Err(_) => Err(wrong(format!("did not answer within {TIME:?}"))),
        }
    }

    async fn exchange(&self, url: &Url, request: Request<Body>) -> Result<Vec<u8>, String> {
        let unreachable = |error: &dyn fmt::Display| format!("cannot be reached: {error}");
        let stream = self.connect(url).await.map_err(|error| unreachable(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| unreachable(&error))?;
        let mut driver = JoinSet::new(); // ends with this
        driver.spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| unreachable(&error))?;
        if response.status() != StatusCode::OK {
            return Err(format!("answered with {}", response.status()));
        }
        let body = Limited::new(response.into_body(), SIZE).collect().await;
        let body =
            body.map_err(|error| format!("broke off, or has more than {SIZE} bytes: {error}"))?;
        Ok(body.to_bytes().into())
    }

    async fn connect(&self, url: &Url) -> Result<Box<dyn Stream>, String> {
        let stream = TcpStream::connect((&*url.host, url.port));
        let stream = stream.await.map_err(|error| error.to_string())?;
        if !url.secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(url.host.clone()).map_err(|error| error.to_string())?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| error.to_string())?;
        Ok(Box::new(stream))
    }
}

fn request(
    url: &Url,
    method: &Method,
    credentials: Option<HeaderValue>,
    form: String,
) -> Result<Request<Body>, http::Error> {
    let (origin, _) = url.origin_and_path();
    let (_, authority) = origin.split_once("://").unwrap_or_default();
    let target = url.as_str().get(origin.len()..).unwrap_or_default();
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    let mut request = Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, authority)
        .header(ACCEPT, "application/json");
    if let Some(credentials) = credentials {
        request = request.header(AUTHORIZATION, credentials);
    }
    if *method == Method::POST {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    request.body(Body::from(form))
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetcher")
    }
}
