//! Each limit at its bound and one past it, over each transport it is about.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Process;
use crate::http::{BOTH, JSON, V26, call, meta, request, stateless};
use crate::raw::{Connection, Response, patient};

const NAP: [(&str, &str); 3] =
    [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "nap")];

async fn server(flags: &[&str]) -> (Process, Connection) {
    let server = Process::http(flags).await;
    let client = Connection::open(server.address).await;
    (server, client)
}

fn outcome(response: &Response) -> (u16, Option<i64>) {
    (response.status(), response.code())
}

/// A message of that length, or that holds that; what it is about does not matter.
fn ping(params: &Value) -> String {
    request(1, "ping", params.clone())
}

fn padded(length: usize) -> String {
    let bare = ping(&json!({ "pad": "" })).len();
    ping(&json!({ "pad": "x".repeat(length - bare) }))
}

/// What limits a message, at the bound and past it.
fn messages() -> Vec<(&'static [&'static str], String, String)> {
    let nested = |depth: usize| (0..depth).fold(json!(0), |inner, _| json!([inner]));
    let members = |count: usize| {
        let members = (0..count).map(|number| (number.to_string(), json!(0)));
        Value::Object(members.collect())
    };
    let elements = |count: usize| vec![json!(0); count];
    vec![
        // The message and its params are two levels.
        (
            &["--json-depth", "10"],
            ping(&json!({ "x": nested(8) })),
            ping(&json!({ "x": nested(9) })),
        ),
        (
            &["--json-members", "20"],
            ping(&json!({ "x": members(20) })),
            ping(&json!({ "x": members(21) })),
        ),
        (
            &["--json-elements", "20"],
            ping(&json!({ "x": elements(20) })),
            ping(&json!({ "x": elements(21) })),
        ),
        // The message has four members, its params one.
        (
            &["--json-values", "25"],
            ping(&json!({ "x": elements(20) })),
            ping(&json!({ "x": elements(21) })),
        ),
    ]
}

#[tokio::test]
async fn what_a_message_may_hold() {
    for (flags, within, past) in messages() {
        let (_server, mut client) = server(flags).await;
        let id = client.initialize("2025-06-18").await;
        let session = [("Mcp-Session-Id", &*id)];
        let response = client.post(&session, &within).await;
        assert_eq!(response.json()["result"], json!({}), "{flags:?}");
        let response = client.post(&session, &past).await;
        assert_eq!(outcome(&response), (400, Some(-32600)), "{flags:?}");
        assert_eq!(response.json()["id"], 1);
        assert!(response.body.contains(flags[0]), "{}", response.body);

        let mut server = Process::stdio(flags).await;
        server.send(&within).await;
        assert_eq!(server.next().await["result"], json!({}), "{flags:?}");
        server.send(&past).await;
        let refusal = server.next().await;
        assert_eq!((&refusal["id"], &refusal["error"]["code"]), (&json!(1), &json!(-32600)));
    }
}

#[tokio::test]
async fn how_long_a_message_may_be() {
    let (_server, mut client) = server(&["--max-body", "1000"]).await;
    let id = client.initialize("2025-06-18").await;
    let session = [("Mcp-Session-Id", &*id)];
    assert_eq!(client.post(&session, &padded(1000)).await.status(), 200);
    assert_eq!(outcome(&client.post(&session, &padded(1001)).await), (413, Some(-32600)));
    assert_eq!(client.post(&session, &padded(1000)).await.status(), 200);

    let mut server = Process::stdio(&["--max-line", "1000"]).await;
    server.send(&padded(1000)).await;
    assert_eq!(server.next().await["id"], 1);
    server.send(&padded(1001)).await;
    assert_eq!(server.next().await["error"]["code"], -32600);
    server.send(&padded(1000)).await;
    assert_eq!(server.next().await["id"], 1);
}

#[tokio::test]
async fn how_long_a_head_may_be() {
    let flags = ["--max-request-line", "100", "--max-headers", "10", "--max-header-bytes", "9000"];
    let (server, mut client) = server(&flags).await;
    let target = |length: usize| "/".to_owned() + &"x".repeat(length - "GET / HTTP/1.1".len());
    assert_eq!(client.request("GET", &target(100), &[], "").await.status(), 404);
    assert_eq!(client.request("GET", &target(101), &[], "").await.status(), 414);
    let headers = |count: usize| vec![("X", "y"); count - 1]; // and a host
    assert_eq!(client.request("GET", "/", &headers(10), "").await.status(), 404);
    assert_eq!(client.request("GET", "/", &headers(11), "").await.status(), 431);
    let bare = format!("GET / HTTP/1.1\r\nHost: {}\r\nX: \r\n\r\n", server.address).len();
    for (length, status) in [(9000, 404), (9001, 431)] {
        let mut client = Connection::open(server.address).await;
        let pad = "x".repeat(length - bare);
        assert_eq!(client.request("GET", "/", &[("X", &pad)], "").await.status(), status);
    }
}

#[tokio::test]
async fn how_long_a_body_may_take() {
    let (_server, mut client) = server(&["--body-time", "300ms"]).await;
    client.ask("POST", "/mcp", &[JSON, BOTH, ("Content-Length", "10")], "{").await;
    let response = client.response().await;
    assert_eq!(response.status(), 408);
    assert_eq!(response.header("connection"), Some("close"));
    assert!(response.body.contains("--body-time"), "{}", response.body);
}

#[tokio::test]
async fn how_many_may_connect() {
    for (flag, status) in [("--max-connections", 503), ("--max-connections-per-peer", 429)] {
        let (server, mut first) = server(&[flag, "2"]).await;
        let mut second = Connection::open(server.address).await;
        for client in [&mut first, &mut second] {
            assert_eq!(client.call("add", json!({ "a": 1, "b": 1 })).await.status(), 200);
        }
        let mut third = Connection::open(server.address).await;
        let response = third.response().await;
        assert_eq!(outcome(&response), (status, Some(-32600)));
        assert_eq!(response.header("retry-after"), Some("1"));
        assert!(response.body.contains(flag), "{}", response.body);
    }
}

#[tokio::test]
async fn how_large_a_result_may_be() {
    let (_server, mut client) = server(&["--max-result", "10000"]).await;
    let recite = client.call("recite", json!({ "size": 9_000 })).await;
    assert!(recite.json()["result"].is_object());
    let recite = client.call("recite", json!({ "size": 10_000 })).await;
    assert_eq!(outcome(&recite), (200, Some(-32603)));
    assert!(recite.body.contains("--max-result"), "{}", recite.body);
}

/// A request that says of itself what it is, for stdio.
fn line(id: i64, tool: &str, arguments: Value) -> String {
    let mut params = call(tool, arguments);
    params["_meta"] = meta(V26);
    request(id, "tools/call", params)
}

#[tokio::test]
async fn how_many_calls_may_run() {
    let long = json!({ "ms": 60_000, "steps": 0 });
    for flag in ["--max-calls", "--max-calls-per-session"] {
        let mut server = Process::stdio(&[flag, "2"]).await;
        for id in 1..=3 {
            server.send(&line(id, "nap", long.clone())).await;
        }
        let refusal = server.next().await;
        assert_eq!((&refusal["id"], &refusal["error"]["code"]), (&json!(3), &json!(-32603)));
        assert!(refusal["error"]["message"].as_str().unwrap().contains(flag), "{refusal}");
        server.send(&request(4, "ping", json!({}))).await;
        assert_eq!(server.next().await["id"], 4);
    }
    let mut server = Process::stdio(&[]).await;
    server.send(&line(1, "hermit", json!({ "ms": 60_000 }))).await;
    server.send(&line(2, "hermit", json!({ "ms": 0 }))).await;
    let refusal = server.next().await;
    assert_eq!((&refusal["id"], &refusal["error"]["code"]), (&json!(2), &json!(-32603)));
    let cancel = json!({ "requestId": 1 });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel });
    server.send(&cancel.to_string()).await;
    loop {
        server.send(&line(3, "hermit", json!({ "ms": 0 }))).await;
        if server.next().await["result"].is_object() {
            break;
        }
    }
}

#[tokio::test]
async fn how_long_a_call_may_take() {
    let flags = ["--call-timeout", "400ms", "--call-ceiling", "2s"];
    let (_server, mut client) = server(&flags).await;
    let nap = |ms: u64, steps: u32| {
        stateless(1, "tools/call", call("nap", json!({ "ms": ms, "steps": steps })))
    };
    let began = Instant::now();
    let response = client.post(&NAP, &nap(60_000, 0)).await;
    assert!(response.body.contains("timed out"), "{}", response.body);
    assert!(began.elapsed() >= Duration::from_millis(400));
    let response = client.post(&NAP, &nap(150, 4)).await;
    assert!(response.body.contains("rested"), "progress extends it: {}", response.body);
    let began = Instant::now();
    let response = client.post(&NAP, &nap(150, 1000)).await;
    assert!(response.body.contains("timed out"), "{}", response.body);
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn how_many_sessions_may_be_open() {
    let (server, mut client) = server(&["--max-sessions", "2"]).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(client.initialize("2025-06-18").await);
    }
    for (id, status) in ids.iter().zip([404, 200, 200]) {
        let response = client.post(&[("Mcp-Session-Id", id)], &ping(&json!({}))).await;
        assert_eq!(response.status(), status);
    }
    let mut streams = Vec::new();
    for id in &ids[1..] {
        let mut stream = Connection::open(server.address).await;
        let headers = [("Mcp-Session-Id", &**id), ("Accept", "text/event-stream")];
        stream.ask("GET", "/mcp", &headers, "").await;
        assert_eq!(stream.head().await.status, 200);
        streams.push(stream);
    }
    let response = client.post(&[], &crate::http::initialize("2025-06-18")).await;
    assert_eq!(response.status(), 503, "all are in use");
    assert!(response.header("retry-after").is_some());
}

/// Over HTTP+SSE a session is its stream, so none is idle.
#[tokio::test]
async fn how_many_may_listen_over_sse() {
    let server = Process::http(&["--with-sse", "--max-sessions", "2"]).await;
    let mut streams = Vec::new();
    for _ in 0..2 {
        streams.push(listener(&server).await);
        assert_eq!(streams.last_mut().unwrap().head().await.status, 200);
    }
    let response = listener(&server).await.response().await;
    assert_eq!(response.status(), 503);
    assert!(response.header("retry-after").is_some());
    assert!(response.body.contains("--max-sessions"), "{}", response.body);
    streams.pop();
    patient(async { while listener(&server).await.head().await.status != 200 {} }).await;
}

async fn listener(server: &Process) -> Connection {
    let mut client = Connection::open(server.address).await;
    client.ask("GET", "/sse", &[("Accept", "text/event-stream")], "").await;
    client
}

/// Or a few connections that say they will send much would keep everybody else out.
#[tokio::test]
async fn a_body_takes_memory_as_it_comes_and_not_as_it_is_announced() {
    let (server, mut client) = server(&["--max-memory", "11MiB"]).await;
    let id = client.initialize("2025-06-18").await;
    let mut slow = Connection::open(server.address).await;
    slow.ask("POST", "/mcp", &[JSON, BOTH, ("Content-Length", "4000000")], "{").await;
    for _ in 0..20 {
        let response = client.post(&[("Mcp-Session-Id", &id)], &padded(1_000_000)).await;
        assert_eq!(outcome(&response), (200, None));
    }
}

/// A call that is streamed: it counts for as long as it is sent, and its head says that it does.
fn streamed_nap() -> String {
    let mut params = call("nap", json!({ "ms": 500, "steps": 1000 }));
    params["_meta"] = meta(V26);
    params["_meta"]["progressToken"] = json!(1);
    stateless(1, "tools/call", params)
}

fn short_nap() -> String {
    stateless(1, "tools/call", call("nap", json!({ "ms": 1, "steps": 0 })))
}

#[tokio::test]
async fn how_much_a_client_behind_a_proxy_may_ask() {
    let flags = ["--trust-proxy", "127.0.0.1", "--max-requests-per-client", "2"];
    let server = Process::http(&flags).await;
    let ask = async |client: &str, nap: &str| {
        let mut connection = Connection::open(server.address).await;
        let headers = [&NAP[..], &[("X-Forwarded-For", client)]].concat();
        connection.ask_post(&headers, nap).await;
        connection
    };
    let one = "192.0.2.1";
    let status = async |client| ask(client, &short_nap()).await.response().await.status();
    let mut waiting = Vec::new();
    for _ in 0..2 {
        waiting.push(ask(one, &streamed_nap()).await);
        assert_eq!(waiting.last_mut().unwrap().head().await.status, 200);
    }
    let response = ask(one, &short_nap()).await.response().await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.header("retry-after"), Some("1"));
    assert!(response.body.contains("--max-requests-per-client"), "{}", response.body);
    assert_eq!(status("192.0.2.2").await, 200, "it is another");
    assert_eq!(status("127.0.0.1").await, 200, "whom the proxy itself speaks for");
    for _ in 0..2 {
        waiting.pop();
        patient(async { while status(one).await != 200 {} }).await;
    }
}

#[tokio::test]
async fn who_hides_from_a_proxy_is_counted_with_all_who_do() {
    let flags = ["--trust-proxy", "127.0.0.1", "--max-requests-per-client", "2"];
    let server = Process::http(&flags).await;
    let ask = async |hidden: &str, nap: &str| {
        let mut connection = Connection::open(server.address).await;
        // The proxy has added the first; the second is the client's own, and passed on.
        let says = [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", hidden)];
        let says = if hidden.is_empty() { &says[..1] } else { &says };
        connection.ask_post(&[&NAP[..], says].concat(), nap).await;
        connection
    };
    let mut waiting = Vec::new();
    for hidden in ["for=198.51.100.1", "for=unknown"] {
        waiting.push(ask(hidden, &streamed_nap()).await);
        assert_eq!(waiting.last_mut().unwrap().head().await.status, 200);
    }
    let status = async |hidden| ask(hidden, &short_nap()).await.response().await.status();
    assert_eq!(status("for=198.51.100.2").await, 429);
    assert_eq!(status("").await, 200, "who does not hide has a share of their own");
}

#[tokio::test]
async fn a_flag_that_makes_no_sense_is_refused() {
    for (flag, value) in [("--max-sessions", "0"), ("--max-body", "much"), ("--body-time", "1y")] {
        let output = super::command(&[flag, value]).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(flag) && said.contains("give a"), "{said}");
    }
}
