//! What both eras have on one path, besides the choice between them.

use super::*;

fn modern(method: &'static str) -> [(&'static str, &'static str); 2] {
    [("MCP-Protocol-Version", V26), ("Mcp-Method", method)]
}

/// What is wrong with a response that should have that status and error.
fn assert_error(response: &Response, status: u16, code: i64) {
    assert_eq!((response.status(), response.code()), (status, Some(code)), "{response:?}");
}

#[tokio::test]
async fn a_modern_request_names_its_method_in_a_header_too() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let list = stateless(5, "tools/list", json!({}));
    let headers = modern("tools/list");
    assert_eq!(client.post(&headers, &list).await.status(), 200);
    assert_error(&client.post(&headers[..1], &list).await, 400, -32020);
    for other in ["prompts/list", "TOOLS/LIST"] {
        assert_error(&client.post(&modern(other), &list).await, 400, -32020);
    }
}

#[tokio::test]
async fn a_session_is_named_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let headers = [("Mcp-Session-Id", &*id), ("Mcp-Session-Id", "x")];
    assert_error(&client.post(&headers, &request(5, "ping", json!({}))).await, 400, -32600);
}

/// The revision that this session has does not know the header; who routes by it may.
#[tokio::test]
async fn a_revision_is_named_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-03-26").await;
    let version = |version| ("MCP-Protocol-Version", version);
    let headers = [("Mcp-Session-Id", &*id), version("2025-03-26"), version(V26)];
    assert_error(&client.post(&headers, &request(5, "ping", json!({}))).await, 400, -32600);
    assert_eq!(client.post(&headers[..2], &request(6, "ping", json!({}))).await.status(), 200);
}

#[tokio::test]
async fn a_session_is_initialized_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let response = client.post(&[("Mcp-Session-Id", &id)], &initialize("2025-06-18")).await;
    assert_error(&response, 200, -32600);
}

/// Not found is the status of the modern era only (streamable-http, "Status codes").
#[tokio::test]
async fn an_unknown_method_is_not_found() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let response = client.post(&modern("un/known"), &stateless(5, "un/known", json!({}))).await;
    assert_error(&response, 404, -32601);
    let id = client.initialize("2025-06-18").await;
    for method in ["un/known", "server/discover"] {
        let response =
            client.post(&[("Mcp-Session-Id", &id)], &request(5, method, json!({}))).await;
        assert_error(&response, 200, -32601);
    }
}

#[tokio::test]
async fn what_a_method_refuses_has_no_status() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    assert_error(&client.call("unknown", json!({})).await, 200, -32602);
    let nameless = stateless(5, "tools/call", json!({}));
    assert_error(&client.post(&modern("tools/call"), &nameless).await, 200, -32602);
}
