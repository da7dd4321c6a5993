//! The life of a session, with and without one.

use super::*;

fn initialized() -> String {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string()
}

#[tokio::test]
async fn a_session_lives_until_it_is_deleted() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-11-25").await;
    let session = [("Mcp-Session-Id", &*id), ("MCP-Protocol-Version", "2025-11-25")];
    assert_eq!(client.post(&session, &initialized()).await.status(), 202);
    // Any connection may carry it.
    let mut other = Connection::open(served.address).await;
    assert_eq!(
        other.post(&session, &request(1, "ping", json!({}))).await.body,
        r#"{"jsonrpc":"2.0","id":1,"result":{}}"#
    );

    let response = other.request("DELETE", "/mcp", &session, "").await;
    assert_eq!((response.status(), &*response.body), (200, ""));
    let response = client.post(&session, &request(1, "tools/list", json!({}))).await;
    assert_eq!((response.status(), response.code()), (404, Some(-32600)));
    assert_eq!(client.post(&session, &initialized()).await.status(), 404);
    assert_eq!(client.request("DELETE", "/mcp", &session, "").await.status(), 404);
    assert_eq!(client.request("GET", "/mcp", &session, "").await.status(), 404);
}

#[tokio::test]
async fn sessions_do_not_know_each_other() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let first = client.initialize("2025-11-25").await;
    let second = client.initialize("2025-03-26").await;
    assert_ne!(first, second);
    let wrong = request(1, "tools/call", call("add", json!({})));
    // Wrong arguments are a result in the one revision and an error in the other.
    let response = client.post(&[("Mcp-Session-Id", &first)], &wrong).await;
    assert_eq!(response.json()["result"]["isError"], true);
    let response = client.post(&[("Mcp-Session-Id", &second)], &wrong).await;
    assert_eq!(response.code(), Some(-32602));
}

#[tokio::test]
async fn initialize_takes_the_revision_of_its_body() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for header in ["2025-11-25", "2025-03-26", "2026-07-28", "v999"] {
        let headers = [("MCP-Protocol-Version", header)];
        let response = client.post(&headers, &initialize("2025-06-18")).await;
        assert_eq!(response.json()["result"]["protocolVersion"], "2025-06-18", "{header}");
        assert!(response.header("mcp-session-id").is_some());
    }
    let response = client.post(&[], &initialize("2026-07-28")).await;
    assert_eq!(response.json()["result"]["protocolVersion"], "2025-11-25");
}

#[tokio::test]
async fn an_initialize_that_is_refused_opens_nothing() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for params in [json!({}), json!({ "protocolVersion": 1 })] {
        let response = client.post(&[], &request(0, "initialize", params)).await;
        assert_eq!(response.code(), Some(-32602));
        assert_eq!(response.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn messages_without_an_answer_are_accepted_where_they_belong() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let session = [("Mcp-Session-Id", &*id)];
    let response_of_client = json!({ "jsonrpc": "2.0", "id": 1, "result": {} }).to_string();
    assert_eq!(client.post(&session, &response_of_client).await.status(), 202);
    assert_eq!(client.post(&[], &response_of_client).await.status(), 400);
    assert_eq!(client.post(&[], &initialized()).await.status(), 400);
    // One that describes itself needs neither session nor mirrors.
    assert_eq!(client.post(&[("MCP-Protocol-Version", V26)], &initialized()).await.status(), 202);
}

#[tokio::test]
async fn the_stream_of_a_session_ends_with_it() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let session = [("Mcp-Session-Id", &*id)];
    let events = [session[0], ("Accept", "text/event-stream")];

    assert_eq!(client.request("GET", "/mcp", &events[1..], "").await.status(), 400);
    let json = [session[0], ("Accept", "application/json")];
    assert_eq!(client.request("GET", "/mcp", &json, "").await.status(), 406);

    let mut first = Connection::open(served.address).await;
    first.ask("GET", "/mcp", &events, "").await;
    let head = first.head().await;
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));

    let mut second = Connection::open(served.address).await;
    second.ask("GET", "/mcp", &events, "").await;
    assert_eq!(second.head().await.status, 200);
    assert_eq!(first.chunk().await, None);

    assert_eq!(client.request("DELETE", "/mcp", &session, "").await.status(), 200);
    assert_eq!(second.chunk().await, None);
}

#[tokio::test]
async fn deleting_a_session_cancels_its_calls() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let session = [("Mcp-Session-Id", &*id)];
    let mut caller = Connection::open(served.address).await;
    let nap = request(1, "tools/call", call("nap", json!({ "ms": 60_000 })));
    caller.ask_post(&session, &nap).await;
    until(|| probe.started() == 1).await;
    assert_eq!(client.request("DELETE", "/mcp", &session, "").await.status(), 200);
    // No reply: a body without events.
    assert_eq!(caller.response().await.messages(), Vec::<Value>::new());
    assert_eq!((probe.dropped(), probe.finished()), (1, 0));
}

#[tokio::test]
async fn without_sessions_each_request_stands_alone() {
    let served = serve(server(&Probe::default()), HttpOptions::default().stateless(true));
    let mut client = Connection::open(served.address).await;
    let response = client.post(&[], &initialize("2025-06-18")).await;
    assert_eq!(response.json()["result"]["protocolVersion"], "2025-06-18");
    assert_eq!(response.header("mcp-session-id"), None);
    assert_eq!(client.post(&[], &initialized()).await.status(), 202);
    for method in ["GET", "DELETE"] {
        let response = client.request(method, "/mcp", &[("Accept", "text/event-stream")], "").await;
        assert_eq!(response.status(), 405);
        assert_eq!(response.header("allow"), Some("POST, OPTIONS"));
    }
    // Which revision a request is in, its header says; none is the oldest that has the transport.
    let wrong = request(1, "tools/call", call("add", json!({})));
    let response = client.post(&[("MCP-Protocol-Version", "2025-11-25")], &wrong).await;
    assert_eq!(response.json()["result"]["isError"], true);
    assert_eq!(client.post(&[], &wrong).await.code(), Some(-32602));
    assert_eq!(client.post(&[("MCP-Protocol-Version", "v999")], &wrong).await.status(), 400);
    // Both eras; and what is said on the way is dropped.
    for (pause, tool) in [(0, "remark"), (5, "recite")] {
        let arguments = json!({ "lines": 2, "size": 1, "pause": pause });
        let response = client.post(&[], &request(1, "tools/call", call(tool, arguments))).await;
        assert_eq!(response.json()["id"], 1);
    }
    assert_eq!(
        client.call("add", json!({ "a": 1, "b": 1 })).await.json()["result"]["content"][0]["text"],
        "2"
    );
    let events = [JSON, ("Accept", "text/event-stream")];
    assert_eq!(client.request("POST", "/mcp", &events, &wrong).await.status(), 406);
}
