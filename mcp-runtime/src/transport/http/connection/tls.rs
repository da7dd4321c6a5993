//! TLS: a certificate and its key, from files that are read again when they change.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};
use std::{fmt, fs};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::ServerConfig;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::server::TlsStream;

use super::pem;
use crate::context::unpoisoned;
use crate::server::Error;

/// How long a client may take to agree on keys.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// How often, at most, the files are looked at: when a client comes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a client that knows HTTP/2 chooses it by.
const H2: &[u8] = b"h2";

/// What TLS begins with (RFC 8446, 5.1).
const HANDSHAKE: [u8; 1] = [22];

/// What a client is told that begins with something else, such as a request.
const PLAIN: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\
    Content-Length: 42\r\n\r\nthis port speaks TLS: call it by https://\n";

/// Where the certificate and its key are.
#[derive(Debug, Clone)]
pub(in crate::transport::http) struct TlsFiles {
    pub(in crate::transport::http) certificate: PathBuf,
    pub(in crate::transport::http) key: PathBuf,
}

/// What is needed to agree on keys with a client.
pub(super) struct Tls {
    files: TlsFiles,
    current: Mutex<Current>,
}

/// What was in the files when they were last read well.
struct Current {
    acceptor: TlsAcceptor,
    stamps: Stamps,
    looked: Instant,
}

/// Differs when a file has changed. A file that cannot be looked at has none.
type Stamps = [Option<(SystemTime, u64)>; 2];

impl Tls {
    pub(super) fn load(files: &TlsFiles) -> Result<Arc<Self>, Error> {
        let stamps = files.stamps(); // before they are read: a change in between is seen later
        let acceptor = files.read()?;
        let current = Mutex::new(Current { acceptor, stamps, looked: Instant::now() });
        Ok(Arc::new(Self { files: files.clone(), current }))
    }

    /// Agrees on keys with a client, in the time there is for it.
    pub(super) async fn accept(&self, mut stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let handshake = async {
            let mut first = [0];
            if stream.peek(&mut first).await? == 1 && first != HANDSHAKE {
                stream.write_all(PLAIN).await?;
                stream.shutdown().await?;
                return Err(io::Error::other("the client does not speak TLS"));
            }
            self.acceptor().accept(stream).await
        };
        let agreed = tokio::time::timeout(HANDSHAKE_TIME, handshake).await;
        agreed.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
    }

    /// Of the files as they are. A pair that does not work leaves the one that did.
    fn acceptor(&self) -> TlsAcceptor {
        let mut current = unpoisoned(self.current.lock());
        if current.looked.elapsed() >= LOOK_EVERY {
            current.looked = Instant::now();
            let stamps = self.files.stamps();
            if stamps != current.stamps {
                current.stamps = stamps;
                match self.files.read() {
                    Ok(acceptor) => {
                        tracing::info!("the certificate has changed");
                        current.acceptor = acceptor;
                    }
                    Err(error) => tracing::error!(%error, "the certificate before it stays"),
                }
            }
        }
        current.acceptor.clone()
    }
}

/// Whether the client chose HTTP/2.
pub(super) fn chose_h2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(H2)
}

impl TlsFiles {
    fn stamps(&self) -> Stamps {
        [&self.certificate, &self.key].map(|path| stamp(path).ok())
    }

    fn read(&self) -> Result<TlsAcceptor, Error> {
        let chain = pem::certificates("--tls-cert", &self.certificate)?;
        let key = pem::private_key("--tls-key", &self.key)?;
        let (cert_path, key_path) = (self.certificate.display(), self.key.display());
        let wrong = |error| {
            Error::one(format!(
                "--tls-cert {cert_path} and --tls-key {key_path}: {error}; give a certificate, the \
                 one of the server first, and the key it was made for"
            ))
        };
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(wrong)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(wrong)?;
        config.alpn_protocols = vec![H2.to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn stamp(path: &Path) -> io::Result<(SystemTime, u64)> {
    let metadata = fs::metadata(path)?;
    Ok((metadata.modified()?, metadata.len()))
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::net::TcpListener;
    use tokio_rustls::rustls::server::ResolvesServerCertUsingSni;

    use super::*;

    fn without_certificate() -> Tls {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
        let files = TlsFiles { certificate: PathBuf::new(), key: PathBuf::new() };
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let current = Current { acceptor, stamps: files.stamps(), looked: Instant::now() };
        Tls { files, current: Mutex::new(current) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_too_little_is_left() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        for said in [&b""[..], b"\x16\x03\x01\x01\x00"] {
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            client.write_all(said).await.unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let started = tokio::time::Instant::now();
            let ended = without_certificate().accept(stream).await.unwrap_err();
            assert_eq!(ended.kind(), ErrorKind::TimedOut);
            assert_eq!(started.elapsed().as_secs(), HANDSHAKE_TIME.as_secs());
        }
    }
}
