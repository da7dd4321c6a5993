//! Replies that are more than a reply, readers that are slow, and clients that hang up.

use super::*;
use crate::raw::{events, within};

/// A call of the stateless era that asks for log messages and progress.
async fn ask_recite(client: &mut Connection, accept: &str, arguments: Value) {
    let mut params = call("recite", arguments);
    params["_meta"] = meta(V26);
    params["_meta"]["io.modelcontextprotocol/logLevel"] = json!("info");
    params["_meta"]["progressToken"] = json!("t");
    let headers = [
        JSON,
        ("Accept", accept),
        ("MCP-Protocol-Version", V26),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "recite"),
    ];
    client.ask("POST", "/mcp", &headers, &stateless(1, "tools/call", params)).await;
}

fn lines(lines: u32, pause: u64) -> Value {
    json!({ "lines": lines, "size": 1, "pause": pause })
}

#[tokio::test]
async fn a_call_that_speaks_is_answered_with_events() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for pause in [0, 5] {
        ask_recite(&mut client, BOTH.1, lines(2, pause)).await;
        let response = client.response().await;
        assert_eq!(response.header("cache-control"), Some("no-cache"));
        assert_eq!(response.header("x-accel-buffering"), Some("no"));
        assert!(events(&response.body).iter().all(|event| event.name == "message"));
        let messages = response.messages();
        let methods: Vec<_> = messages.iter().map(|message| message["method"].as_str()).collect();
        let (log, progress) = (Some("notifications/message"), Some("notifications/progress"));
        assert_eq!(methods, [log, progress, log, progress, None]);
        assert_eq!(messages[4]["id"], 1);
    }
}

#[tokio::test]
async fn a_client_gets_the_kind_of_reply_it_can_read() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    ask_recite(&mut client, "application/json", lines(2, 5)).await;
    assert_eq!(client.response().await.json()["id"], 1);
    ask_recite(&mut client, "text/event-stream", lines(0, 0)).await;
    assert_eq!(client.response().await.messages().len(), 1);

    let list = stateless(1, "tools/list", json!({}));
    let headers = [
        JSON,
        ("Accept", "text/event-stream"),
        ("MCP-Protocol-Version", V26),
        ("Mcp-Method", "tools/list"),
    ];
    assert_eq!(client.request("POST", "/mcp", &headers, &list).await.messages().len(), 1);
    // An error of the protocol has a status, and so stays JSON.
    let response = client.request("POST", "/mcp", &headers[..2], &list).await;
    assert_eq!((response.status(), response.code()), (400, Some(-32020)));
}

#[tokio::test]
async fn what_is_said_before_a_ready_reply_is_one_piece_with_it() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let remark = request(1, "tools/call", call("remark", json!({})));
    let response = client.post(&[("Mcp-Session-Id", &id)], &remark).await;
    assert_eq!(response.header("transfer-encoding"), None);
    assert_eq!(response.messages().len(), 2);
}

/// Two small writes in a row would each wait for the client's delayed acknowledgement.
#[tokio::test]
async fn short_streams_end_at_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    within(Duration::from_millis(400), async || {
        for _ in 0..20 {
            ask_recite(&mut client, BOTH.1, lines(1, 1)).await;
            assert_eq!(client.response().await.messages().len(), 3);
        }
    })
    .await;
}

#[tokio::test]
async fn hanging_up_cancels_a_request_that_describes_itself() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    // Before the response begins, and while it is a stream.
    let mut client = Connection::open(served.address).await;
    client.ask_call("nap", json!({ "ms": 60_000 })).await;
    until(|| probe.started() == 1).await;
    drop(client);
    until(|| probe.dropped() == 1).await;

    let mut client = Connection::open(served.address).await;
    ask_recite(&mut client, BOTH.1, lines(2, 60_000)).await;
    assert_eq!(client.head().await.status, 200);
    assert!(client.chunk().await.is_some());
    drop(client);
    until(|| probe.dropped() == 2).await;
    assert_eq!(probe.finished(), 0);
}

#[tokio::test]
async fn hanging_up_does_not_cancel_a_call_of_a_session() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    for (call_id, params) in
        [(1, call("nap", json!({ "ms": 100 }))), (2, call("recite", lines(10, 10)))]
    {
        let mut caller = Connection::open(served.address).await;
        caller.ask_post(&[("Mcp-Session-Id", &id)], &request(call_id, "tools/call", params)).await;
        until(|| probe.started() == call_id as usize).await;
        drop(caller);
        until(|| probe.finished() == call_id as usize).await;
    }
    // But saying so does.
    let mut caller = Connection::open(served.address).await;
    let nap = request(3, "tools/call", call("nap", json!({ "ms": 60_000 })));
    caller.ask_post(&[("Mcp-Session-Id", &id)], &nap).await;
    until(|| probe.started() == 3).await;
    drop(caller);
    let params = json!({ "requestId": 3 });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    let response = client.post(&[("Mcp-Session-Id", &id)], &cancel.to_string()).await;
    assert_eq!(response.status(), 202);
    until(|| probe.dropped() == 3).await;
    assert_eq!(probe.finished(), 2);
}

#[tokio::test]
async fn a_cancelled_call_ends_without_a_reply() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let session = ("Mcp-Session-Id", &*id);
    for (started, accept, status) in
        [(1, BOTH.1, 200), (2, "application/json", 202), (3, "text/event-stream", 200)]
    {
        let mut caller = Connection::open(served.address).await;
        let headers = [JSON, ("Accept", accept), session];
        let nap = request(started, "tools/call", call("nap", json!({ "ms": 60_000 })));
        caller.ask("POST", "/mcp", &headers, &nap).await;
        until(|| probe.started() == started as usize).await;
        let params = json!({ "requestId": started });
        let cancel =
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
        client.post(&[session], &cancel.to_string()).await;
        let response = caller.response().await;
        assert_eq!((response.status(), &*response.body), (status, ""), "{accept}");
    }
}

#[tokio::test]
async fn a_slow_reader_holds_up_no_function() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    // More than sockets and buffers hold: 20 MB, and the client reads none of it.
    let arguments = json!({ "lines": 500, "size": 40_000, "pause": 0 });
    ask_recite(&mut client, BOTH.1, arguments).await;
    until(|| probe.finished() == 1).await;
    let messages = client.response().await.messages();
    assert!(messages.len() < 1_000, "what could not be sent in time is dropped");
    assert_eq!(messages.last().unwrap()["id"], 1);
}

#[tokio::test]
async fn calls_run_side_by_side() {
    let served = served();
    for tool in ["nap", "doze"] {
        let mut clients = Vec::new();
        for _ in 0..64 {
            let mut client = Connection::open(served.address).await;
            client.call("add", json!({ "a": 1, "b": 1 })).await;
            clients.push(client);
        }
        within(Duration::from_millis(250), async || {
            for client in &mut clients {
                client.ask_call(tool, json!({ "ms": 100 })).await;
            }
            for client in &mut clients {
                let reply = client.response().await.json();
                assert_eq!(reply["result"]["content"][0]["text"], "rested");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn functions_see_the_headers_of_their_request() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let headers = [("Mcp-Session-Id", &*id), ("X-Tenant", "acme")];
    let body = request(1, "tools/call", call("header", json!({ "name": "x-tenant" })));
    let response = client.post(&headers, &body).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "acme");
}
