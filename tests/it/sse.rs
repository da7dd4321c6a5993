//! HTTP+SSE over real sockets.

use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{BOTH, JSON, Probe, V26, call, initialize, meta, request, server};
use crate::raw::{Connection, Event, Head, Response, events, until, within};
use crate::served::{Served, serve};
use mcp_runtime::HttpOptions;

/// A client of the transport: its stream, and a connection to post on.
pub(crate) struct Client {
    stream: Connection,
    posts: Connection,
    pub(crate) messages: String,
    waiting: Vec<Event>,
}

impl Client {
    pub(crate) async fn open(served: &Served) -> Self {
        let connections =
            (Connection::open(served.address).await, Connection::open(served.address).await);
        let (client, head) = Self::over(connections, "/sse").await;
        assert_eq!(head.header("x-accel-buffering"), Some("no"));
        client
    }

    /// A client whose stream and posts go over these connections.
    pub(crate) async fn over(
        (mut stream, posts): (Connection, Connection),
        path: &str,
    ) -> (Self, Head) {
        stream.ask("GET", path, &[("Accept", "text/event-stream")], "").await;
        let head = stream.head().await;
        assert_eq!(head.status, 200);
        assert_eq!(head.header("content-type"), Some("text/event-stream"));
        let mut client = Self { stream, posts, messages: String::new(), waiting: Vec::new() };
        let first = client.event().await;
        assert_eq!(first.name, "endpoint");
        client.messages = first.data;
        (client, head)
    }

    async fn event(&mut self) -> Event {
        while self.waiting.is_empty() {
            let chunk = String::from_utf8(self.stream.chunk().await.unwrap()).unwrap();
            self.waiting = events(&chunk);
            self.waiting.reverse();
        }
        self.waiting.pop().unwrap()
    }

    pub(crate) async fn message(&mut self) -> Value {
        let event = self.event().await;
        assert_eq!(event.name, "message");
        serde_json::from_str(&event.data).unwrap()
    }

    pub(crate) async fn post(&mut self, body: &str) -> Response {
        let path = self.messages.clone();
        self.posts.request("POST", &path, &[JSON], body).await
    }

    /// Posts a request and reads the next message of the stream.
    pub(crate) async fn ask(&mut self, body: &str) -> Value {
        let response = self.post(body).await;
        assert_eq!((response.status(), &*response.body), (202, ""));
        self.message().await
    }
}

fn served(probe: &Probe) -> Served {
    serve(server(probe), HttpOptions::default().with_sse(true))
}

#[tokio::test]
async fn every_handshake_revision_is_served() {
    let served = served(&Probe::default());
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut client = Client::open(&served).await;
        let id = client.messages.strip_prefix("/messages?session=").unwrap();
        assert!(id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let initialized = client.ask(&initialize(revision)).await;
        assert_eq!(initialized["result"]["protocolVersion"], revision);
        let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(client.post(&notification.to_string()).await.status(), 202);
        let sum = request(1, "tools/call", call("add", json!({ "a": 1, "b": 2 })));
        assert_eq!(client.ask(&sum).await["result"]["content"][0]["text"], "3");
        let mut params = call("recite", json!({ "lines": 1, "size": 1, "pause": 1 }));
        params["_meta"] = json!({ "progressToken": "t" });
        let log = client.ask(&request(2, "tools/call", params)).await;
        assert_eq!(log["method"], "notifications/message");
        assert_eq!(client.message().await["method"], "notifications/progress");
        assert_eq!(client.message().await["id"], 2);
    }
}

#[tokio::test]
async fn the_stateless_era_is_refused_with_what_is_served() {
    let served = served(&Probe::default());
    let mut client = Client::open(&served).await;
    for method in ["server/discover", "tools/list", "initialize"] {
        let error =
            client.ask(&request(1, method, json!({ "_meta": meta(V26) }))).await["error"].take();
        assert_eq!(error["code"], -32022);
        assert_eq!(error["data"]["requested"], V26);
        let supported = error["data"]["supported"].as_array().unwrap();
        assert_eq!(supported.len(), 4);
        assert!(!supported.contains(&json!(V26)));
    }
    // The connection is as it was.
    assert_eq!(client.ask(&initialize("2025-06-18")).await["id"], 0);
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_on_the_post() {
    let served = served(&Probe::default());
    let mut client = Client::open(&served).await;
    let ping = request(1, "ping", json!({}));
    let path = client.messages.clone();
    for (path, headers, body, status) in [
        (&*path, vec![JSON], "{", 400),
        (&*path, vec![JSON], "[]", 400),
        (&*path, vec![("Content-Type", "text/plain")], &*ping, 415),
        (&*path, vec![JSON, ("Host", "evil.example")], &*ping, 403),
        (&*path, vec![JSON, ("Origin", "https://evil.example")], &*ping, 403),
        ("/messages", vec![JSON], &*ping, 404),
        ("/messages?session=x", vec![JSON], &*ping, 404),
        ("/messages?session=00000000000000000000000000000000", vec![JSON], &*ping, 404),
    ] {
        let response = client.posts.request("POST", path, &headers, body).await;
        assert_eq!(response.status(), status, "{path} {headers:?}");
        assert!(response.code().is_some());
    }
    let large = format!("{{\"x\":\"{}\"}}", "x".repeat(4 * 1024 * 1024));
    assert_eq!(client.post(&large).await.status(), 413);
    assert_eq!(client.posts.request("GET", &path, &[], "").await.status(), 405);
    assert_eq!(client.posts.request("POST", "/sse", &[JSON], &ping).await.status(), 405);
    let json = [("Accept", "application/json")];
    assert_eq!(client.posts.request("GET", "/sse", &json, "").await.status(), 406);
    for headers in [[("Host", "evil.example")], [("Origin", "null")]] {
        assert_eq!(client.posts.request("GET", "/sse", &headers, "").await.status(), 403);
    }
    assert_eq!(client.ask(&ping).await["result"], json!({}));
}

#[tokio::test]
async fn hanging_up_ends_the_session_and_its_calls() {
    let probe = Probe::default();
    let served = served(&probe);
    let mut client = Client::open(&served).await;
    client.ask(&initialize("2024-11-05")).await;
    client.post(&request(1, "tools/call", call("nap", json!({ "ms": 60_000 })))).await;
    until(|| probe.started() == 1).await;
    let Client { stream, mut posts, messages, .. } = client;
    drop(stream);
    until(|| probe.dropped() == 1).await;
    assert_eq!(probe.finished(), 0);
    let ping = request(2, "ping", json!({}));
    assert_eq!(posts.request("POST", &messages, &[JSON], &ping).await.status(), 404);
}

#[tokio::test]
async fn calls_run_side_by_side_and_are_cancelled_by_id() {
    let probe = Probe::default();
    let served = served(&probe);
    let mut client = Client::open(&served).await;
    client.ask(&initialize("2025-06-18")).await;
    client.post(&request(1, "tools/call", call("nap", json!({ "ms": 60_000 })))).await;
    until(|| probe.started() == 1).await;
    assert_eq!(client.ask(&request(2, "ping", json!({}))).await["id"], 2);
    let params = json!({ "requestId": 1 });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    client.post(&cancel.to_string()).await;
    until(|| probe.dropped() == 1).await;
    assert_eq!(client.ask(&request(3, "ping", json!({}))).await["id"], 3);

    within(Duration::from_millis(250), async || {
        let path = client.messages.clone();
        for id in 0..64 {
            let doze = request(id, "tools/call", call("doze", json!({ "ms": 100 })));
            client.posts.ask("POST", &path, &[JSON], &doze).await;
        }
        for _ in 0..64 {
            assert_eq!(client.posts.response().await.status(), 202);
        }
        for _ in 0..64 {
            assert_eq!(client.message().await["result"]["content"][0]["text"], "rested");
        }
    })
    .await;
}

#[tokio::test]
async fn a_slow_reader_holds_up_no_function_and_loses_no_reply() {
    let probe = Probe::default();
    let served = served(&probe);
    let mut client = Client::open(&served).await;
    client.ask(&initialize("2025-06-18")).await;
    for id in 1..3 {
        let recite = call("recite", json!({ "lines": 400, "size": 40_000, "pause": 0 }));
        client.post(&request(id, "tools/call", recite)).await;
    }
    until(|| probe.finished() == 2).await;
    let mut replies = 0;
    let mut notifications = 0;
    while replies < 2 {
        match client.message().await.get("id") {
            Some(_) => replies += 1,
            None => notifications += 1,
        }
    }
    assert!(notifications < 800, "what could not be sent in time is dropped");
}

#[tokio::test]
async fn both_transports_stand_side_by_side() {
    let served = served(&Probe::default());
    let mut client = Connection::open(served.address).await;
    let response = client.request("POST", "/mcp", &[JSON, BOTH], &initialize("2025-06-18")).await;
    assert_eq!(response.status(), 200);
    assert_eq!(Client::open(&served).await.ask(&initialize("2025-06-18")).await["id"], 0);
}

#[tokio::test]
async fn a_question_comes_on_the_stream_and_its_answer_is_posted() {
    let served = serve(crate::ask::server, HttpOptions::default().with_sse(true));
    let mut client = Client::open(&served).await;
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} },
        "clientInfo": { "name": "client", "version": "1" },
    });
    client.ask(&request(0, "initialize", params)).await;
    let question = client.ask(&request(1, "tools/call", call("greet", json!({})))).await;
    assert_eq!(question["method"], "elicitation/create");
    let result = crate::ask::accept("Alice");
    let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
    let reply = client.ask(&answer.to_string()).await;
    assert_eq!(reply["result"]["content"][0]["text"], "Hello, Alice!");
}

/// An answer without an id is no message of a revision before 2025-11-25.
#[tokio::test]
async fn a_batch_without_ids_is_answered_only_where_answers_need_none() {
    let served = served(&Probe::default());
    for revision in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let mut client = Client::open(&served).await;
        client.ask(&initialize(revision)).await;
        client.post("[{}, 7]").await;
        let mut next = client.ask(&request(1, "ping", json!({}))).await;
        if revision == "2025-11-25" {
            assert_eq!(
                (next["id"].take(), next["error"]["code"].take()),
                (Value::Null, json!(-32600))
            );
            next = client.message().await;
        }
        assert_eq!(next["id"], 1, "{revision}");
    }
}

/// A batch is taken whole or not at all: who is told to try again would ask twice.
#[tokio::test]
async fn a_batch_is_not_taken_by_half() {
    let probe = Probe::default();
    let served = served(&probe);
    let mut client = Client::open(&served).await;
    client.ask(&initialize("2025-03-26")).await;
    for id in 1..=100 {
        let nap = request(id, "tools/call", call("nap", json!({ "ms": 60_000 })));
        assert_eq!(client.post(&nap).await.status(), 202);
    }
    let pings: Vec<Value> =
        (1001..=2000).map(|id| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" })).collect();
    assert_eq!(client.post(&Value::from(pings).to_string()).await.status(), 202);
    for id in 1001..=2000 {
        assert_eq!(client.message().await["id"], id);
    }
}
