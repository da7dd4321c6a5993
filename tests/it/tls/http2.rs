//! HTTP/2, which a client chooses while it agrees on keys.

use std::future::poll_fn;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http2;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::*;
use crate::http::{BOTH, JSON, V26, call, stateless};

type Sender = http2::SendRequest<Full<Bytes>>;

async fn open(pair: &Pair, served: &Served) -> Sender {
    let stream = pair.client(&[&TLS13], "h2").open(served.address).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// Calls a tool by the address that clients use.
fn calling(served: &Served, name: &str, arguments: serde_json::Value) -> Request<Full<Bytes>> {
    let body = stateless(1, "tools/call", call(name, arguments));
    let builder = Request::post(format!("https://localhost:{}/mcp", served.address.port()));
    let headers = [JSON, BOTH, ("mcp-protocol-version", V26), ("mcp-method", "tools/call")];
    let builder =
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.header("mcp-name", name).body(Full::from(body)).unwrap()
}

async fn text(response: Response<Incoming>) -> String {
    let body = patient(response.into_body().collect()).await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn calls_share_a_connection() {
    let pair = Pair::new();
    let served = pair.serve();
    let mut sender = open(&pair, &served).await;
    let slow = sender.send_request(calling(&served, "nap", json!({ "ms": 300 })));
    let quick = sender.send_request(calling(&served, "add", json!({ "a": 2, "b": 3 })));
    let slow = tokio::spawn(slow);
    let response = patient(quick).await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(text(response).await.contains("\"result\":5"));
    assert!(!slow.is_finished());
    assert!(text(patient(slow).await.unwrap().unwrap()).await.contains("rested"));
}

#[tokio::test]
async fn events_arrive_as_they_are_said() {
    let pair = Pair::new();
    let served = pair.serve();
    let mut sender = open(&pair, &served).await;
    let mut request = calling(&served, "recite", json!({ "lines": 2, "size": 1, "pause": 60_000 }));
    let body = stateless(1, "tools/call", {
        let mut params = call("recite", json!({ "lines": 2, "size": 1, "pause": 60_000 }));
        params["_meta"] = crate::http::meta(V26);
        params["_meta"]["progressToken"] = json!(1);
        params
    });
    *request.body_mut() = Full::from(body);
    let mut body = patient(sender.send_request(request)).await.unwrap().into_body();
    let frame = patient(poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx))).await;
    let data = frame.unwrap().unwrap().into_data().unwrap();
    assert!(data.starts_with(b"event: message\n"), "{data:?}");
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused() {
    let pair = Pair::new();
    let served = pair.serve();
    let mut sender = open(&pair, &served).await;
    let mut request = calling(&served, "add", json!({ "a": 2, "b": 3 }));
    *request.uri_mut() = "https://evil.example/mcp".parse().unwrap();
    let response = patient(sender.send_request(request)).await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(text(response).await.contains("--allow-host evil.example"));
}

#[tokio::test]
async fn a_head_has_a_largest_size() {
    let pair = Pair::new();
    let served = pair.serve();
    for (size, fits) in [(15_000, true), (17_000, false)] {
        let mut sender = open(&pair, &served).await;
        let mut request = calling(&served, "add", json!({ "a": 2, "b": 3 }));
        request.headers_mut().insert("x-large", "x".repeat(size).parse().unwrap());
        let status = patient(sender.send_request(request)).await.map(|response| response.status());
        assert_eq!(status.is_ok_and(|status| status == 200), fits, "{size}");
    }
}

#[tokio::test]
async fn headers_are_counted() {
    let pair = Pair::new();
    let served = pair.serve();
    let mut sender = open(&pair, &served).await;
    for (more, status) in [(90, 200), (100, 431)] {
        let mut request = calling(&served, "add", json!({ "a": 2, "b": 3 }));
        for number in 0..more {
            let name = hyper::header::HeaderName::try_from(format!("x-{number}")).unwrap();
            request.headers_mut().insert(name, "1".parse().unwrap());
        }
        assert_eq!(patient(sender.send_request(request)).await.unwrap().status(), status, "{more}");
    }
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Reads frames until one of that kind comes; its payload.
async fn until_frame(stream: &mut TlsStream<TcpStream>, kind: u8) -> Vec<u8> {
    loop {
        let mut head = [0; 9];
        patient(stream.read_exact(&mut head)).await.unwrap();
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        patient(stream.read_exact(&mut payload)).await.unwrap();
        if head[3] == kind {
            return payload;
        }
    }
}

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM_AND_HEADERS: u8 = 5;

/// `POST https://localhost/`, in HPACK (RFC 7541).
const POST: &[u8] = b"\x83\x87\x84\x41\x09localhost";

async fn raw(pair: &Pair, served: &Served) -> (TlsStream<TcpStream>, Vec<u8>) {
    let mut stream = pair.client(&[&TLS13], "h2").open(served.address).await;
    let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &*frame(SETTINGS, 0, 0, &[])].concat();
    stream.write_all(&preface).await.unwrap();
    let settings = until_frame(&mut stream, SETTINGS).await;
    (stream, settings)
}

#[tokio::test]
async fn a_client_knows_how_many_requests_it_may_make_at_a_time() {
    let pair = Pair::new();
    let served = pair.serve();
    let (_stream, settings) = raw(&pair, &served).await;
    let max_concurrent_streams = [0, 3, 0, 0, 0, 64];
    assert!(settings.chunks(6).any(|setting| setting == max_concurrent_streams), "{settings:?}");
}

/// Its sender is told to calm down, and others are served.
async fn is_hung_up_on(flood: &[u8]) {
    let pair = Pair::new();
    let served = pair.serve();
    let (mut stream, _) = raw(&pair, &served).await;
    let _ = patient(stream.write_all(flood)).await;
    let went_away = until_frame(&mut stream, GOAWAY).await;
    let enhance_your_calm = [0, 0, 0, 11];
    assert_eq!(went_away[4..8], enhance_your_calm);
    let mut sender = open(&pair, &served).await;
    let next = sender.send_request(calling(&served, "add", json!({ "a": 2, "b": 3 })));
    assert_eq!(patient(next).await.unwrap().status(), 200);
}

#[tokio::test]
async fn who_takes_every_request_back_is_hung_up_on() {
    let mut flood = Vec::new();
    for request in 0..2_000 {
        let id = 2 * request + 1;
        flood.extend(frame(HEADERS, END_STREAM_AND_HEADERS, id, POST));
        flood.extend(frame(RST_STREAM, 0, id, &8_u32.to_be_bytes()));
    }
    is_hung_up_on(&flood).await;
}

#[tokio::test]
async fn who_never_ends_a_head_is_hung_up_on() {
    let header = [&b"\x00\x01x\x64"[..], &[b'y'; 100]].concat(); // `x: yyy…`, in HPACK
    let mut flood = frame(HEADERS, 0, 1, POST);
    for _ in 0..1_000 {
        flood.extend(frame(CONTINUATION, 0, 1, &header.repeat(10)));
    }
    is_hung_up_on(&flood).await;
}
