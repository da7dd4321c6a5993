//! What a peer can write, a target for each kind of it: bytes go in by the router, as they would from a socket, and
//! what must hold of the answer is asserted. `tests/it/fuzz.rs` replays the corpus, `fuzz/` looks for more.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::service::Service;
use hyper::{Request, Response, Uri};
use hyper_util::service::TowerToHyperService;
use mcp_runtime::{AskError, Context, HttpOptions, Server, prompt, resource, tool, tools};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// What is done with an input.
pub type Target = fn(&Site, &[u8]);

/// By the name of its corpus.
pub const TARGETS: [(&str, Target); 7] = [
    ("line", line),
    ("text", text),
    ("header", header),
    ("uri", uri),
    ("sse_path", sse_path),
    ("state", state),
    ("cursor", cursor),
];

const SESSION: &str = "SESSION";
const NEW: &str = "2026-07-28";
const OLD: &str = "2025-11-25";

#[tool]
fn fuzzed_say(text: String) -> String {
    text
}

#[tool]
async fn fuzzed_ask(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("{} folders", ctx.roots().await?.len()))
}

#[resource("fuzz://files{/path*}")]
fn fuzzed_files(path: Vec<String>) -> String {
    json!(path).to_string()
}

#[resource("fuzz://users/{id}/notes{?page}")]
fn fuzzed_notes(id: String, page: Option<u32>) -> String {
    json!([id, page.unwrap_or_default().to_string()]).to_string()
}

#[prompt]
fn fuzzed_prompt(subject: &str) -> String {
    subject.to_owned()
}

type Serving = Pin<Box<dyn Future<Output = Answer>>>;
type Serve = Box<dyn Fn(Request<Full<Bytes>>) -> Serving>;

/// A server without sockets, and what its peer has of it: a session, a stream, a state.
pub struct Site {
    runtime: Runtime,
    serve: Serve,
    session: HeaderValue,
    /// `/messages?session=…`; its stream is read by nobody.
    messages: String,
    _stream: Box<dyn std::any::Any>,
    sealed: String,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    /// Empty if it is a stream.
    body: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Whatever came, the peer gets what it can read, and no more than a page of it.
    fn is_sound(&self) {
        assert!(self.status < 500 || self.status == 503, "{self:?}");
        if self.body.is_empty() {
            return;
        }
        let whole = self.json();
        let one = std::slice::from_ref(&whole);
        for reply in whole.as_array().map_or(one, Vec::as_slice) {
            assert_eq!(reply["jsonrpc"], "2.0", "{reply}");
            let Some(error) = reply.get("error") else {
                assert!(reply.get("result").is_some(), "{reply}");
                continue;
            };
            let said = error["message"].as_str().unwrap_or_else(|| panic!("{reply}"));
            assert!(said.len() < 2000, "as long as what was sent: {said}");
        }
    }

    /// The refusal of a parameter.
    fn refuses(&self, parameter: &str) {
        let reply = self.json();
        assert_eq!(reply["error"]["code"], -32602, "{reply}");
        let said = reply["error"]["message"].as_str().unwrap_or_default();
        assert!(said.contains(parameter), "{said}");
    }
}

impl Site {
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let server = Server::new("fuzzed", "1")
            .page_size(1)
            .state_key("5a".repeat(32))
            .with(tools![fuzzed_say, fuzzed_ask])
            .with(tools![fuzzed_files, fuzzed_notes, fuzzed_prompt]);
        let options = HttpOptions::default().with_sse(true);
        let router = runtime.block_on(server.into_router_with(options)).expect("a router");
        let service = TowerToHyperService::new(router);
        let (stream, messages) = runtime.block_on(async {
            let ask = request("GET", "/sse", b"");
            let mut body = service.call(ask).await.expect("never fails").into_body();
            let first = body.frame().await.expect("an event").expect("no error");
            let event = String::from_utf8(first.into_data().expect("data").to_vec()).expect("text");
            let path = event.lines().find_map(|line| line.strip_prefix("data: "));
            (body, path.expect("an endpoint").to_owned())
        });
        let serve: Serve = Box::new(move |request| {
            let answering = service.call(request);
            Box::pin(async move { answer(answering.await.expect("never fails")).await })
        });
        let session = HeaderValue::from_static("none yet");
        let stream = Box::new(stream);
        let mut site =
            Self { runtime, serve, session, messages, _stream: stream, sealed: String::new() };
        let hello = json!({
            "protocolVersion": OLD, "capabilities": {}, "clientInfo": { "name": "f", "version": "1" }
        });
        let opened = site.post(&HeaderMap::new(), &message("initialize", hello));
        site.session = opened.headers["mcp-session-id"].clone();
        site.sealed = site.first_round();
        site
    }

    fn first_round(&self) -> String {
        let asked = self.modern("tools/call", json!({ "name": "fuzzed_ask", "arguments": {} }));
        asked.json()["result"]["requestState"].as_str().expect("a state").to_owned()
    }

    fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let answer = self.runtime.block_on((self.serve)(request));
        answer.is_sound();
        answer
    }

    /// A message, with headers beside those every message has.
    fn post(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        let mut request = request("POST", "/mcp", body);
        for (name, value) in headers {
            request.headers_mut().append(name, value.clone());
        }
        self.send(request)
    }

    fn in_session(&self, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("mcp-session-id", self.session.clone());
        headers.insert("mcp-protocol-version", HeaderValue::from_static(OLD));
        self.post(&headers, body)
    }

    /// A request that needs no session.
    fn modern(&self, method: &'static str, params: Value) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("mcp-protocol-version", HeaderValue::from_static(NEW));
        headers.insert("mcp-method", HeaderValue::from_static(method));
        if let Some(name) = params["name"].as_str() {
            headers.insert("mcp-name", HeaderValue::from_str(name).expect("plain"));
        }
        self.post(&headers, &message(method, described(params)))
    }
}

fn described(mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": NEW,
        "io.modelcontextprotocol/clientInfo": { "name": "f", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": { "roots": {} }
    });
    params
}

fn message(method: &str, params: Value) -> Vec<u8> {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string().into()
}

fn request(method: &str, uri: &str, body: &[u8]) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("accept", "application/json, text/event-stream")
        .body(Full::new(Bytes::copy_from_slice(body)))
        .expect("a request")
}

/// What came, without waiting for the end of a stream: of one that has ended, its last event.
async fn answer<B>(response: Response<B>) -> Answer
where
    B: BodyExt<Data = Bytes> + Unpin,
    B::Error: std::fmt::Debug,
{
    let (head, body) = response.into_parts();
    let kind = head.headers.get("content-type");
    let streams = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    let ends = head.headers.contains_key("content-length");
    let mut body = match streams && !ends {
        true => Bytes::new(),
        false => body.collect().await.expect("no error").to_bytes(),
    };
    if streams {
        let text = String::from_utf8_lossy(&body).into_owned();
        let last = text.lines().rev().find_map(|line| line.strip_prefix("data: "));
        body = Bytes::copy_from_slice(last.unwrap_or_default().as_bytes());
    }
    Answer { status: head.status.as_u16(), headers: head.headers, body }
}

/// A message in a session, or a batch.
pub fn line(site: &Site, data: &[u8]) {
    let answer = site.in_session(data);
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok();
    assert!(is_json || answer.status == 400, "{answer:?}");
}

/// What stands between the quotes of an argument that is a text.
pub fn text(site: &Site, data: &[u8]) {
    const BEFORE: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"fuzzed_say","arguments":{"text":"#;
    let Ok(text) = str::from_utf8(data) else { return };
    let quoted = format!("\"{text}\"");
    if serde_json::from_str::<serde::de::IgnoredAny>(&quoted).is_err() {
        return;
    }
    let answer = site.in_session(&[BEFORE, quoted.as_bytes(), b"}}}"].concat()).json();
    match serde_json::from_str::<String>(&quoted) {
        Ok(text) => assert_eq!(answer["result"]["content"][0]["text"], text, "{answer}"),
        // A string of JSON, and no text: half of a surrogate pair.
        Err(_) => assert_eq!(answer["result"]["isError"], true, "{answer}"),
    }
}

/// Headers, one a line, beside a call of `fuzzed_say`.
pub fn header(site: &Site, data: &[u8]) {
    let mut headers = HeaderMap::new();
    headers.insert("mcp-protocol-version", HeaderValue::from_static(NEW));
    headers.insert("mcp-method", HeaderValue::from_static("tools/call"));
    for line in data.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), value) {
            let _ = headers.try_append(name, value);
        }
    }
    let call = json!({ "name": "fuzzed_say", "arguments": { "text": "t" } });
    let answer = site.post(&headers, &message("tools/call", described(call)));
    if answer.status != 200 || answer.json().get("result").is_none() {
        return;
    }
    let named: Vec<_> = headers.get_all("mcp-name").iter().map(HeaderValue::as_bytes).collect();
    let sealed = format!("=?base64?{}?=", STANDARD.encode("fuzzed_say"));
    assert!(matches!(*named, [name] if name == b"fuzzed_say" || name == sealed.as_bytes()));
    let foreign = headers.get("host").or(headers.get("transfer-encoding"));
    let coded_once = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    assert!(foreign.is_none_or(coded_once), "served with {foreign:?} beside");
}

/// A URI, held against templates.
pub fn uri(site: &Site, data: &[u8]) {
    let uri = String::from_utf8_lossy(data);
    let answer = site.in_session(&message("resources/read", json!({ "uri": uri })));
    let reply = answer.json();
    let Some(text) = reply["result"]["contents"][0]["text"].as_str() else {
        let code = reply["error"]["code"].as_i64();
        assert!(matches!(code, Some(-32002 | -32602)), "{reply}");
        return;
    };
    assert!(uri.starts_with("fuzz://"), "{uri}");
    let values: Vec<String> = serde_json::from_str(text).expect("what our functions write");
    for value in values {
        assert!(value != ".." && value != "." && !value.contains(['/', '\0']), "{uri}: {value:?}");
    }
}

/// Where a message is posted to; `SESSION` stands for the session that is there.
pub fn sse_path(site: &Site, data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let session = site.messages.rsplit('=').next().unwrap_or_default();
    let Ok(uri) = text.replace(SESSION, session).parse::<Uri>() else { return };
    let mut request = request("POST", "/", &message("notifications/nothing", json!({})));
    *request.uri_mut() = uri.clone();
    let answer = site.send(request);
    if answer.status < 300 {
        assert_eq!((uri.path(), answer.status), ("/messages", 202), "{uri}");
        let named = format!("session={session}");
        assert!(uri.query().unwrap_or_default().split('&').any(|pair| pair == named), "{uri}");
        assert!(uri.host().is_none_or(is_loopback), "{uri}");
    }
}

/// Names of hosts have no case (RFC 4343), and there is more than one way to write an address.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// A state that comes back: as it is written, and as what is done to a good one.
pub fn state(site: &Site, data: &[u8]) {
    let mut edited = site.sealed.clone().into_bytes();
    for (byte, edit) in edited.iter_mut().zip(data) {
        *byte = if edit % 64 == 0 { *byte } else { b'-' + (*byte ^ edit) % 77 };
    }
    for state in
        [String::from_utf8_lossy(data).into_owned(), String::from_utf8_lossy(&edited).into_owned()]
    {
        let call = json!({
            "name": "fuzzed_ask", "arguments": {}, "requestState": state, "inputResponses": {}
        });
        let answer = site.modern("tools/call", call);
        if state == site.sealed {
            assert!(answer.json().get("result").is_some(), "{answer:?}");
        } else {
            answer.refuses("requestState");
        }
    }
}

/// A cursor of the list of tools.
pub fn cursor(site: &Site, data: &[u8]) {
    let cursor = String::from_utf8_lossy(data);
    let answer = site.in_session(&message("tools/list", json!({ "cursor": cursor })));
    let ours = ["tools fuzzed_say", "tools fuzzed_ask"].map(|key| URL_SAFE_NO_PAD.encode(key));
    match answer.json().get("result") {
        Some(_) => assert!(ours.contains(&cursor.into_owned())),
        None => answer.refuses("params.cursor"),
    }
}
