//! HTTPS over real sockets, with certificates made for the test.

mod command;
mod files;
mod http2;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use mcp_runtime::HttpOptions;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

use crate::http::{Probe, server};
use crate::raw::{Connection, patient};
use crate::served::{Served, serve};

/// A certificate and its key, in files.
pub(crate) struct Pair {
    folder: tempfile::TempDir,
    der: CertificateDer<'static>,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut pair = Self { folder, der: CertificateDer::from(Vec::new()) };
        pair.renew();
        pair
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// Puts another certificate into the files, made for another key.
    fn renew(&mut self) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(self.certificate(), made.cert.pem()).unwrap();
        std::fs::write(self.key(), made.signing_key.serialize_pem()).unwrap();
        self.der = made.cert.der().clone();
    }

    fn options(&self) -> HttpOptions {
        HttpOptions::default().tls(self.certificate(), self.key())
    }

    fn serve(&self) -> Served {
        serve(server(&Probe::default()), self.options())
    }

    /// A client that trusts this certificate and no other.
    pub(crate) fn client(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        protocol: &str,
    ) -> Client {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let mut config = ClientConfig::builder_with_protocol_versions(versions)
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.into()];
        Client(TlsConnector::from(Arc::new(config)))
    }
}

pub(crate) struct Client(TlsConnector);

impl Client {
    pub(crate) async fn try_open(
        &self,
        address: SocketAddr,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        patient(self.0.connect(ServerName::try_from("localhost").unwrap(), stream)).await
    }

    pub(crate) async fn open(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        self.try_open(address).await.unwrap()
    }
}

#[tokio::test]
async fn a_client_calls_over_either_version_of_tls() {
    let pair = Pair::new();
    let served = pair.serve();
    for version in [&TLS12, &TLS13] {
        let stream = pair.client(&[version], "http/1.1").open(served.address).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let mut client = Connection::over(stream, served.address);
        let response = client.call("add", json!({ "a": 2, "b": 3 })).await;
        assert_eq!(response.json()["result"]["structuredContent"]["result"], 5);
        let session = client.initialize("2025-06-18").await;
        let headers = [("Mcp-Session-Id", &*session)];
        let remark = crate::http::request(1, "tools/call", json!({ "name": "remark" }));
        assert_eq!(client.post(&headers, &remark).await.messages().len(), 2);
    }
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_certificate_leaves() {
    let (pair, other) = (Pair::new(), Pair::new());
    let served = pair.serve();
    assert!(other.client(&[&TLS13], "h2").try_open(served.address).await.is_err());
    pair.client(&[&TLS13], "h2").open(served.address).await;
}

#[tokio::test]
async fn a_client_without_tls_is_told() {
    let pair = Pair::new();
    let served = pair.serve();
    let mut client = Connection::open(served.address).await;
    let response = client.request("GET", "/mcp", &[], "").await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.body, "this port speaks TLS: call it by https://\n");
    pair.client(&[&TLS13], "http/1.1").open(served.address).await;
}

/// What the server says to bytes that are no good, until it hangs up.
async fn says_to(served: &Served, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut said = Vec::new();
    // A server that hangs up on what it has not read resets the connection.
    let _ = patient(stream.read_to_end(&mut said)).await;
    said
}

#[tokio::test]
async fn an_old_version_and_noise_get_an_alert_and_an_end() {
    let pair = Pair::new();
    let served = pair.serve();
    // TLS 1.1 with one cipher suite and one kind of signature (RFC 4346, 7.4.1.2).
    let mut hello = [&[22, 3, 1, 0, 55, 1, 0, 0, 51, 3, 2][..], &[7; 32]].concat();
    hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]);
    let protocol_version = [21, 3, 3, 0, 2, 2, 70];
    assert_eq!(says_to(&served, &hello).await, protocol_version);
    let noise = [&[22, 3, 1][..], &[0xff; 600]].concat();
    assert_eq!(says_to(&served, &noise).await.first(), Some(&21));
    pair.client(&[&TLS13], "http/1.1").open(served.address).await;
}
