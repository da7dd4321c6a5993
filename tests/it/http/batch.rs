//! Several messages in one POST, which one revision has (basic, "Batching").

use super::*;

const BATCHES: &str = "2025-03-26";

fn batch(members: &[Value]) -> String {
    Value::from(members).to_string()
}

fn add(id: i64, a: i64) -> Value {
    let params = call("add", json!({ "a": a, "b": 1 }));
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

fn told() -> Value {
    json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })
}

/// The replies by their ids, which are 1 and on.
fn sorted(mut replies: Vec<Value>) -> Vec<Value> {
    replies.sort_by_key(|reply| reply["id"].as_i64());
    replies
}

#[tokio::test]
async fn each_request_of_a_batch_has_its_reply() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let nap = call("nap", json!({ "ms": 5 }));
    let nap = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": nap });
    let broken = json!({ "jsonrpc": "2.0", "id": 3, "method": 7 });
    let body = batch(&[add(1, 41), told(), nap, broken]);
    for accept in ["application/json, text/event-stream", "application/json"] {
        let headers = [JSON, ("Accept", accept), ("Mcp-Session-Id", &session)];
        let response = client.request("POST", "/mcp", &headers, &body).await;
        let replies = sorted(match accept.contains("event") {
            true => response.messages(),
            false => response.json().as_array().unwrap().clone(),
        });
        assert_eq!(replies.len(), 3, "{replies:?}");
        assert_eq!(replies[0]["result"]["content"][0]["text"], "42");
        assert_eq!(replies[1]["result"]["content"][0]["text"], "rested");
        assert_eq!(replies[2]["error"]["code"], -32600);
    }
}

#[tokio::test]
async fn a_batch_without_requests_is_accepted() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let response = json!({ "jsonrpc": "2.0", "id": 9, "result": {} });
    let session = [("Mcp-Session-Id", &*session)];
    let response = client.post(&session, &batch(&[told(), response])).await;
    assert_eq!((response.status(), &*response.body), (202, ""));
}

#[tokio::test]
async fn a_session_is_never_opened_within_a_batch() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let opening: Value = serde_json::from_str(&initialize(BATCHES)).unwrap();
    let response = client.post(&[], &batch(&[opening.clone(), add(1, 1)])).await;
    assert_eq!((response.status(), response.code()), (400, Some(-32600)));
    assert_eq!(response.header("mcp-session-id"), None);

    let session = client.initialize(BATCHES).await;
    let response = client.post(&[("Mcp-Session-Id", &session)], &batch(&[opening])).await;
    assert_eq!(response.messages()[0]["error"]["code"], -32600);
}

#[tokio::test]
async fn other_revisions_refuse_batches() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for revision in ["2024-11-05", "2025-06-18", "2025-11-25"] {
        let session = client.initialize(revision).await;
        let headers = [("Mcp-Session-Id", &*session), ("MCP-Protocol-Version", revision)];
        let response = client.post(&headers, &batch(&[add(1, 1)])).await;
        assert_eq!((response.status(), response.code()), (400, Some(-32600)), "{revision}");
    }
    let session = client.initialize(BATCHES).await;
    let described: Value = serde_json::from_str(&stateless(1, "tools/list", json!({}))).unwrap();
    let response = client.post(&[("Mcp-Session-Id", &session)], &batch(&[described])).await;
    assert_eq!((response.status(), response.code()), (400, Some(-32600)));
    let response = client.post(&[("Mcp-Session-Id", &session)], "[]").await;
    assert_eq!((response.status(), response.code()), (400, Some(-32600)));
}

#[tokio::test]
async fn without_sessions_a_batch_is_answered_with_an_array() {
    let options = HttpOptions::default().stateless(true);
    let served = serve(server(&Probe::default()), options);
    let mut client = Connection::open(served.address).await;
    let response = client.post(&[], &batch(&[add(1, 1), add(2, 2)])).await;
    let replies = sorted(response.json().as_array().unwrap().clone());
    assert_eq!(replies[1]["result"]["content"][0]["text"], "3");
    let newer = [("MCP-Protocol-Version", "2025-06-18")];
    assert_eq!(client.post(&newer, &batch(&[add(1, 1)])).await.code(), Some(-32600));
}

#[tokio::test]
async fn where_every_call_was_cancelled_there_is_no_array() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let session = ("Mcp-Session-Id", &*session);
    let nap = call("nap", json!({ "ms": 60_000 }));
    let nap = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": nap });
    let mut caller = Connection::open(served.address).await;
    let headers = [JSON, ("Accept", "application/json"), session];
    caller.ask("POST", "/mcp", &headers, &batch(&[nap])).await;
    until(|| probe.started() == 1).await;
    let params = json!({ "requestId": 7 });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params });
    client.post(&[session], &cancel.to_string()).await;
    let response = caller.response().await;
    assert_eq!((response.status(), &*response.body), (202, ""));
}

#[tokio::test]
async fn every_member_of_a_large_batch_is_answered_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let padded = |id: i64| {
        let mut member = add(id, id);
        member["params"]["_meta"] = json!({ "padding": "x".repeat(3_900) });
        member
    };
    // Each id twice in a row: the second is served if the first has ended by then, or refused.
    let members: Vec<_> = (0..1000).map(|number| padded(number / 2)).collect();
    for accept in ["application/json, text/event-stream", "application/json"] {
        let headers = [JSON, ("Accept", accept), ("Mcp-Session-Id", &session)];
        let response = client.request("POST", "/mcp", &headers, &batch(&members)).await;
        let replies = match accept.contains("event") {
            true => response.messages(),
            false => response.json().as_array().unwrap().clone(),
        };
        let mut ids: Vec<_> = replies.iter().map(|reply| reply["id"].as_i64().unwrap()).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..1000).map(|number| number / 2).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn whoever_hangs_up_on_a_batch_has_its_calls_run_on() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let naps: Vec<_> = (1..=100)
        .map(|id| {
            let nap = call("nap", json!({ "ms": 50 }));
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": nap })
        })
        .collect();
    let mut caller = Connection::open(served.address).await;
    let headers = [JSON, ("Accept", "application/json"), ("Mcp-Session-Id", &*session)];
    caller.ask("POST", "/mcp", &headers, &batch(&naps)).await;
    until(|| probe.started() == 100).await;
    drop(caller);
    until(|| probe.finished() == 100).await;
    let again = client.post(&[("Mcp-Session-Id", &session)], &batch(&[add(1, 1)])).await;
    assert_eq!(again.messages()[0]["result"]["content"][0]["text"], "2", "its ids are free");
}

#[tokio::test]
async fn what_is_no_message_is_left_out_where_no_answer_goes_without_an_id() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    for accept in ["application/json, text/event-stream", "application/json"] {
        let headers = [JSON, ("Accept", accept), ("Mcp-Session-Id", &session)];
        let body = batch(&[json!(7), add(1, 1), json!([add(2, 1)])]);
        let response = client.request("POST", "/mcp", &headers, &body).await;
        let replies = match accept.contains("event") {
            true => response.messages(),
            false => response.json().as_array().unwrap().clone(),
        };
        assert_eq!((replies.len(), &replies[0]["id"]), (1, &json!(1)));
        let response = client.request("POST", "/mcp", &headers, "[7, []]").await;
        assert_eq!((response.status(), response.code()), (400, Some(-32600)));
    }
}

#[tokio::test]
async fn a_batch_without_any_message_is_refused() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize(BATCHES).await;
    let refused = client.post(&[("Mcp-Session-Id", &session)], "[7, {}]").await;
    assert_eq!((refused.status(), refused.code()), (400, Some(-32600)));
}

/// The header alone says so: nothing in these messages does.
#[tokio::test]
async fn a_batch_under_a_revision_without_batches_is_refused_as_a_whole() {
    for options in [HttpOptions::default(), HttpOptions::default().stateless(true)] {
        let served = serve(server(&Probe::default()), options);
        let mut client = Connection::open(served.address).await;
        for body in [batch(&[add(1, 1)]), batch(&[told()]), "[7]".to_owned()] {
            let refused = client.post(&[("MCP-Protocol-Version", V26)], &body).await;
            assert_eq!((refused.status(), refused.code()), (400, Some(-32600)), "{body}");
        }
    }
}
