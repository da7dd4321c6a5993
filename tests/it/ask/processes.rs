//! The same function, asked for over real transports, and by several processes.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::*;
use crate::http::{V26, meta, request};
use crate::raw::{Connection, patient};

const V25: &str = "2025-11-25";

/// A server in a process of its own, for as long as the value lives.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: std::net::SocketAddr,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_asking-fixture"));
    command.args(arguments).kill_on_drop(true).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

impl Process {
    pub(crate) async fn http(arguments: &[&str]) -> Self {
        let mut child = command(&["--transport", "http", "--port", "0"])
            .args(arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = patient(lines.next_line()).await.unwrap().unwrap();
        let url = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
        Self { child, address: url.trim_end_matches("/mcp").parse().unwrap() }
    }

    fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// One round of a call without a session: its result.
    async fn round(&self, extra: &Value) -> Value {
        let mut params = params(V26);
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let headers =
            [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "sign_up")];
        let mut client = Connection::open(self.address).await;
        let response = client.post(&headers, &request(1, "tools/call", params)).await;
        assert_eq!(response.status(), 200, "{response:?}");
        response.json()["result"].clone()
    }
}

fn params(revision: &str) -> Value {
    let mut params = json!({ "name": "sign_up", "arguments": { "fee": 5 } });
    if revision == V26 {
        params["_meta"] = meta(V26);
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = everything();
    }
    params
}

/// What the user says.
fn reply(params: &Value) -> Value {
    match params["message"].as_str().unwrap() {
        "Who are you?" => accept("Ada"),
        "Ada, is 5 all right?" => json!({ "action": "accept", "content": { "agreed": true } }),
        other => panic!("unexpected {other}"),
    }
}

/// What the user says to all of a round, and the state to bring with it.
fn replies(result: &Value) -> Value {
    assert_eq!(result["resultType"], "input_required", "{result}");
    let requests = result["inputRequests"].as_object().unwrap();
    let responses: serde_json::Map<_, _> =
        requests.iter().map(|(key, one)| (key.clone(), reply(&one["params"]))).collect();
    json!({ "inputResponses": responses, "requestState": result["requestState"] })
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{result}"))
}

#[tokio::test]
async fn two_processes_that_share_a_state_key_see_alternate_rounds_of_one_call() {
    let key = "0a".repeat(32);
    let one = Process::http(&["--stateless", "--state-key", &key]).await;
    let other = Process::http(&["--stateless", "--state-key", &key]).await;
    let first = one.round(&json!({})).await;
    let second = other.round(&replies(&first)).await;
    let third = one.round(&replies(&second)).await;
    assert_eq!(text(&third), format!("Ada 5 true {}/1", other.id()), "the other has charged");
    // A process with another key has no part in it.
    let stranger = Process::http(&["--stateless"]).await;
    let mut client = Connection::open(stranger.address).await;
    let mut params = params(V26);
    params["requestState"] = first["requestState"].clone();
    let headers =
        [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "sign_up")];
    let response = client.post(&headers, &request(1, "tools/call", params)).await;
    assert_eq!(response.code(), Some(-32602));
}

#[tokio::test]
async fn a_state_presented_twice_runs_a_once_effect_once() {
    let server = Process::http(&["--stateless"]).await;
    let paid = replies(&server.round(&json!({})).await);
    // At once, and once more.
    let (one, other) = tokio::join!(server.round(&paid), server.round(&paid));
    let later = server.round(&paid).await;
    for second in [one, other, later] {
        let third = server.round(&replies(&second)).await;
        assert_eq!(text(&third), format!("Ada 5 true {}/1", server.id()));
    }
    // Another call is another charge.
    let second = server.round(&replies(&server.round(&json!({})).await)).await;
    assert_eq!(
        text(&server.round(&replies(&second)).await),
        format!("Ada 5 true {}/2", server.id())
    );
}

/// A client of a process over its stdin and stdout.
struct Piped {
    child: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
}

impl Piped {
    fn open() -> Self {
        let mut child = command(&[]).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, to, from: BufReader::new(from).lines() }
    }

    async fn send(&mut self, message: &str) {
        self.to.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        let line = patient(self.from.next_line()).await.unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    async fn ask(&mut self, id: i64, method: &str, params: Value) -> Value {
        self.send(&request(id, method, params)).await;
        self.next().await
    }

    async fn handshake(&mut self) {
        assert_eq!(self.ask(0, "initialize", initialize()).await["id"], 0);
    }
}

fn initialize() -> Value {
    json!({
        "protocolVersion": V25, "capabilities": everything(),
        "clientInfo": { "name": "client", "version": "1" },
    })
}

#[tokio::test]
async fn one_function_asks_over_stdio_in_a_session_and_without() {
    let mut session = Piped::open();
    session.handshake().await;
    let mut message = session.ask(1, "tools/call", params(V25)).await;
    while message.get("method").is_some() {
        let answer =
            json!({ "jsonrpc": "2.0", "id": message["id"], "result": reply(&message["params"]) });
        session.send(&answer.to_string()).await;
        message = session.next().await;
    }
    let expected = format!("Ada 5 true {}/1", session.child.id().unwrap());
    assert_eq!(text(&message["result"]), expected);

    let mut alone = Piped::open();
    let mut extra = json!({});
    for id in 1..=3 {
        let mut params = params(V26);
        for (key, value) in extra.as_object().unwrap() {
            params[key] = value.clone();
        }
        let message = alone.ask(id, "tools/call", params).await;
        if id == 3 {
            let expected = format!("Ada 5 true {}/1", alone.child.id().unwrap());
            assert_eq!(text(&message["result"]), expected);
        } else {
            extra = replies(&message["result"]);
        }
    }
}

#[tokio::test]
async fn one_function_asks_over_http_in_a_session_and_without() {
    let server = Process::http(&[]).await;
    let mut result = server.round(&json!({})).await;
    for _ in 0..2 {
        result = server.round(&replies(&result)).await;
    }
    assert_eq!(text(&result), format!("Ada 5 true {}/1", server.id()));

    let mut posts = Connection::open(server.address).await;
    let opened = posts.post(&[], &request(0, "initialize", initialize())).await;
    let id = opened.header("mcp-session-id").unwrap().to_owned();
    let session = [("Mcp-Session-Id", &*id)];
    let mut stream = Connection::open(server.address).await;
    stream.ask_post(&session, &request(1, "tools/call", params(V25))).await;
    assert_eq!(stream.head().await.status, 200);
    let mut events = Events::default();
    loop {
        let message = events.next(&mut stream).await;
        if message.get("method").is_none() {
            assert_eq!(text(&message["result"]), format!("Ada 5 true {}/2", server.id()));
            break;
        }
        let answer = reply(&message["params"]);
        let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": answer });
        assert_eq!(posts.post(&session, &answer.to_string()).await.status(), 202);
    }
}

/// The messages of a stream, one by one.
#[derive(Default)]
struct Events {
    text: String,
    taken: usize,
}

impl Events {
    async fn next(&mut self, stream: &mut Connection) -> Value {
        loop {
            if let Some(event) = crate::raw::events(&self.text).get(self.taken) {
                self.taken += 1;
                match &*event.data {
                    "" => continue, // only an id, to come back to
                    data => return serde_json::from_str(data).unwrap(),
                }
            }
            let chunk = stream.chunk().await.expect("another message");
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }
}

/// Over each transport whose stream still exists.
#[tokio::test]
async fn a_cancelled_call_takes_its_question_back() {
    let cancel = |id: i64| json!({ "requestId": id });
    let notification = |params: Value| json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    let mut piped = Piped::open();
    piped.handshake().await;
    let question = piped.ask(1, "tools/call", params(V25)).await;
    piped.send(&notification(cancel(1)).to_string()).await;
    let taken_back = piped.next().await;
    assert_eq!(taken_back["method"], "notifications/cancelled");
    assert_eq!(taken_back["params"]["requestId"], question["id"]);

    let server = Process::http(&[]).await;
    let mut posts = Connection::open(server.address).await;
    let opened = posts.post(&[], &request(0, "initialize", initialize())).await;
    let id = opened.header("mcp-session-id").unwrap().to_owned();
    let session = [("Mcp-Session-Id", &*id)];
    let mut stream = Connection::open(server.address).await;
    stream.ask_post(&session, &request(1, "tools/call", params(V25))).await;
    stream.head().await;
    let mut events = Events::default();
    let question = events.next(&mut stream).await;
    posts.post(&session, &notification(cancel(1)).to_string()).await;
    let taken_back = events.next(&mut stream).await;
    assert_eq!(taken_back["params"]["requestId"], question["id"]);
    assert_eq!(stream.chunk().await, None, "the stream is over");
}
