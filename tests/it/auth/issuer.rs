//! An authorisation server that a test can make rotate its keys, stall and lie.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(super) const KEYS: &str = "/jwks";
pub(super) const METADATA: &str = "/.well-known/oauth-authorization-server";
pub(super) const OPENID: &str = "/.well-known/openid-configuration";
pub(super) const INTROSPECTION: &str = "/introspect";

/// Serves for as long as it lives.
pub(super) struct Issuer {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Answer>,
    /// What was asked, path by path, with head and body.
    asked: Vec<String>,
}

/// How a path answers.
#[derive(Clone)]
pub(super) enum Answer {
    Json(Value),
    Status(u16),
    /// A redirect to a path of its own.
    Redirect(String),
    /// That many bytes, and no end of JSON in them.
    Bytes(usize),
    /// Takes the request and says nothing.
    Stall,
    /// Begins, and never ends.
    Drip,
}

impl Issuer {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::<Mutex<State>>::default();
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, state.clone()));
        let issuer = Self { address, state, _serving: serving };
        let metadata = json!({
            "issuer": issuer.url(),
            "jwks_uri": format!("{}{KEYS}", issuer.url()),
            "introspection_endpoint": format!("{}{INTROSPECTION}", issuer.url()),
        });
        issuer.answer(METADATA, Answer::Json(metadata));
        issuer
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn answer(&self, path: &str, answer: Answer) {
        self.state().answers.insert(path.to_owned(), answer);
    }

    /// Has these keys, and no others.
    pub(super) fn publish(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
        self.answer(KEYS, Answer::Json(json!({ "keys": keys })));
    }

    /// How often a path was asked.
    pub(super) fn asked(&self, path: &str) -> usize {
        self.requests(path).len()
    }

    pub(super) fn requests(&self, path: &str) -> Vec<String> {
        let of = |request: &&String| request.split(' ').nth(1) == Some(path);
        self.state().asked.iter().filter(of).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream, state.clone()));
    }
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&bytes[..read]),
        }
    }
    let request = String::from_utf8(request).unwrap();
    let path = request.split(' ').nth(1).unwrap().to_owned();
    let answer = {
        let mut state = state.lock().unwrap();
        state.asked.push(request);
        state.answers.get(&path).cloned().unwrap_or(Answer::Status(404))
    };
    let (status, header, body) = match answer {
        Answer::Json(json) => (200, String::new(), json.to_string()),
        Answer::Status(status) => (status, String::new(), String::new()),
        Answer::Redirect(to) => (302, format!("Location: {to}\r\n"), String::new()),
        Answer::Bytes(count) => (200, String::new(), " ".repeat(count)),
        Answer::Stall => std::future::pending().await,
        Answer::Drip => {
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"1\r\n \r\n").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            return;
        }
    };
    let length = body.len();
    let text = format!("HTTP/1.1 {status} X\r\n{header}Content-Length: {length}\r\n\r\n{body}");
    let _ = stream.write_all(text.as_bytes()).await;
}

/// Whether head and body are there.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let lengths = head.lines().filter_map(|line| line.split_once(": "));
    let length = lengths.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map(|(_, value)| value.parse().unwrap()).next().unwrap_or(0);
    body.len() >= length
}

/// A key with which tokens are signed.
pub(super) struct Key {
    name: &'static str,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(super) fn new(name: &'static str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        Self { name, pair }
    }

    pub(super) fn public(&self) -> Value {
        let (_, point) = self.pair.public_key().as_ref().split_first().unwrap();
        let (x, y) = point.split_at(32);
        let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
        json!({ "kty": "EC", "crv": "P-256", "kid": self.name, "x": x, "y": y, "use": "sig" })
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "ES256", "kid": self.name, "typ": "at+jwt" }), claims)
    }

    /// Signs whatever the header says.
    pub(super) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The lie of one who knows the public key alone: it is taken for a shared secret.
    pub(super) fn forge(&self, claims: &Value) -> Vec<String> {
        let text = unsigned(&json!({ "alg": "HS256", "kid": self.name }), claims);
        let public = self.pair.public_key().as_ref();
        let secrets = [public.to_vec(), public[1..].to_vec(), self.public().to_string().into()];
        let sign = |secret: Vec<u8>| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            let signature = hmac::sign(&key, text.as_bytes());
            format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        secrets.map(sign).into()
    }
}

/// The part of a token that is to be signed.
pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".")
}

pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}
