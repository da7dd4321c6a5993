//! That a wrong message is refused, and that every client of these tests refuses it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mcp_runtime::{Content, HttpOptions, Server, testing, tool, tools};
use serde_json::json;

use super::*;
use crate::http::{BOTH, JSON, call, initialize};
use crate::raw::Connection;
use crate::served::serve;

fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

fn result(result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "result": result })
}

fn error(code: i64, data: Value) -> Value {
    let error = json!({ "code": code, "message": "m", "data": data });
    json!({ "jsonrpc": "2.0", "id": 1, "error": error })
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}

/// A conversation at a revision, in which a method was asked for.
fn asked(revision: Revision, method: &str) -> Conversation {
    let mut conversation = Conversation::at(Some(revision.as_str()));
    let params = match revision {
        STATELESS => json!({ "_meta": { "io.modelcontextprotocol/clientCapabilities": {} } }),
        _ => json!({}),
    };
    conversation.sent(&request(method, params), None);
    conversation
}

fn refuses(mut conversation: Conversation, message: &Value) -> bool {
    catch_unwind(AssertUnwindSafe(|| conversation.received(message))).is_err()
}

#[test]
fn what_a_revision_does_not_allow_is_refused() {
    let v11 = Revision::V2025_11_25;
    let log = json!({ "level": "info", "data": 1 });
    let roots = request("roots/list", json!({}));
    let url = json!({ "elicitations": [] });
    let capabilities = json!({ "requiredCapabilities": { "sampling": {} } });
    for (revision, method, message, allowed) in [
        (v11, "tools/list", result(json!({ "tools": [] })), true),
        (v11, "tools/list", result(json!({ "tools": [{ "name": 1 }] })), false),
        (v11, "tools/call", result(json!({ "tools": [] })), false),
        (STATELESS, "tools/list", result(json!({ "tools": [] })), false),
        (v11, "ping", result(json!({})), true),
        (v11, "ping", json!({ "jsonrpc": "2.0", "id": 1 }), false),
        (v11, "ping", json!({ "jsonrpc": "2.0", "id": 2, "result": {} }), false),
        (v11, "ping", json!({ "id": 1, "result": {} }), false),
        (v11, "some/extension", result(json!({ "x": 1 })), true),
        (STATELESS, "tools/call", result(json!({ "resultType": "input_required" })), true),
        (v11, "tools/call", result(json!({ "resultType": "input_required" })), false),
        (v11, "ping", notification("notifications/message", log.clone()), true),
        (v11, "ping", notification("notifications/message", json!({ "level": 1 })), false),
        (v11, "ping", notification("notifications/other", json!({})), false),
        (v11, "ping", notification("notifications/initialized", json!({})), false),
        (v11, "ping", roots.clone(), true),
        (STATELESS, "ping", roots, false),
        (v11, "ping", error(-32603, json!(1)), true),
        (v11, "ping", error(-32042, url.clone()), true),
        (v11, "ping", error(-32042, json!({})), false),
        (STATELESS, "ping", error(-32042, url), false),
        (STATELESS, "ping", error(-32021, capabilities.clone()), true),
        (STATELESS, "ping", error(-32021, json!({})), false),
        (v11, "ping", error(-32021, capabilities), false),
        (STATELESS, "ping", error(-32050, json!({})), false),
    ] {
        let refused = refuses(asked(revision, method), &message);
        assert_eq!(refused, !allowed, "{revision} {method} {message}");
    }
    let read = result(json!({ "contents": [{ "uri": "a:b", "blob": "no base64" }] }));
    assert!(refuses(asked(v11, "resources/read"), &read), "formats are looked at");
}

#[test]
fn before_a_revision_is_agreed_any_of_them_may_allow_it() {
    let mut conversation = Conversation::default();
    conversation.sent(&request("ping", json!({})), None);
    conversation.received(&result(json!({})));
    conversation.refused(&json!({ "jsonrpc": "2.0", "error": { "code": 1, "message": "" } }));
    assert!(refuses(conversation, &json!({ "jsonrpc": "2.0", "error": { "code": 1 } })));
}

/// Links to what is no URI, which no schema allows.
#[tool]
fn mislead() -> Content {
    Content::link("no uri", "nowhere")
}

fn server() -> Server {
    Server::new("misleading", "1").with(tools![mislead])
}

/// What a client does fails its test.
async fn panics(calls: impl Future<Output = ()> + Send + 'static) {
    assert!(tokio::spawn(calls).await.unwrap_err().is_panic());
}

#[tokio::test]
async fn the_client_in_memory_refuses() {
    for revision in [Revision::V2025_06_18, STATELESS] {
        panics(async move {
            let client = testing::connect_at(server(), revision).await.unwrap();
            let refusal = client.call("mislead", ()).await.unwrap_err();
            assert_eq!(refusal.message(), "the connection ended");
        })
        .await;
    }
}

#[tokio::test]
async fn the_client_over_http_refuses() {
    let served = serve(server, HttpOptions::default());
    let address = served.address;
    panics(async move {
        Connection::open(address).await.call("mislead", json!({})).await;
    })
    .await;
    let mislead = crate::http::request(1, "tools/call", call("mislead", json!({})));
    for accept in ["application/json", "text/event-stream"] {
        let mut client = Connection::open(address).await;
        let id = client.initialize("2025-06-18").await;
        let body = mislead.clone();
        panics(async move {
            let headers = [JSON, ("Accept", accept), ("Mcp-Session-Id", &id)];
            client.request("POST", "/mcp", &headers, &body).await;
        })
        .await;
    }
}

#[tokio::test]
async fn the_client_over_sse_refuses() {
    let served = serve(server, HttpOptions::default().with_sse(true));
    let mut stream = Connection::open(served.address).await;
    stream.ask("GET", "/sse", &[BOTH], "").await;
    stream.head().await;
    let endpoint = String::from_utf8(stream.chunk().await.unwrap()).unwrap();
    let path = crate::raw::events(&endpoint).remove(0).data;
    let mut posts = Connection::open(served.address).await;
    posts.request("POST", &path, &[JSON], &initialize("2025-06-18")).await;
    stream.chunk().await;
    let mislead = crate::http::request(1, "tools/call", call("mislead", json!({})));
    posts.request("POST", &path, &[JSON], &mislead).await;
    panics(async move {
        stream.chunk().await;
    })
    .await;
}

#[cfg(unix)]
#[test]
fn the_client_over_stdio_refuses() {
    let mut client = crate::stdio::client::Client::piped();
    client.call(1, "mislead", json!({}));
    assert!(catch_unwind(AssertUnwindSafe(|| client.next())).is_err());
}
