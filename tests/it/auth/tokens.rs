//! Static tokens over real sockets, and what is bound to who brings them.

use mcp_runtime::{Auth, HttpOptions, Limits};
use serde_json::json;

use super::{ask, challenge, files, guarded};
use crate::http::{BOTH, JSON, V26, call, initialize, request, stateless};
use crate::raw::Connection;
use crate::served::{Served, serve};

const ADA: (&str, &str) = ("Authorization", "Bearer ada-0123456789abcdef");
const BOB: (&str, &str) = ("Authorization", "Bearer bob-0123456789abcdef");
const READER: (&str, &str) = ("Authorization", "Bearer reader-0123456789abcdef");

fn auth() -> Auth {
    Auth::default()
        .token("ada", "ada-0123456789abcdef")
        .token("bob", "bob-0123456789abcdef")
        .tokens("# confined\nreader reader-0123456789abcdef files:read\n")
}

async fn post(served: &Served, headers: &[(&str, &str)], body: &str) -> crate::raw::Response {
    Connection::open(served.address).await.post(headers, body).await
}

#[tokio::test]
async fn every_request_needs_a_token() {
    let served = guarded(auth());
    for authorization in [None, Some("Basic YWRhOmE="), Some("Digest a")] {
        let response = ask(&served, authorization, "whoami").await;
        assert_eq!((response.status(), challenge(&response)), (401, r#"Bearer realm="mcp""#));
        assert!(response.json().get("jsonrpc").is_none(), "it says nothing of an era");
    }
    for authorization in ["Bearer ada-0123456789abcdeF", "Bearer bob", "Bearer ada"] {
        let response = ask(&served, Some(authorization), "whoami").await;
        assert_eq!(response.status(), 401, "{authorization}");
        assert!(challenge(&response).contains(r#"error="invalid_token""#), "{response:?}");
    }
    for authorization in ["Bearer", "Bearer a b"] {
        let response = ask(&served, Some(authorization), "whoami").await;
        assert_eq!(response.status(), 400, "{authorization}");
        assert!(challenge(&response).contains(r#"error="invalid_request""#), "{response:?}");
    }
    let twice = post(&served, &[ADA, BOB], &stateless(1, "tools/list", json!({}))).await;
    assert_eq!(twice.status(), 400);
    let response = ask(&served, Some(ADA.1), "whoami").await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "ada");
}

#[tokio::test]
async fn a_function_has_no_token_to_send_on() {
    let seen = async |served: &Served| {
        ask(served, Some(ADA.1), "token").await.json()["result"]["content"].clone()
    };
    assert_eq!(seen(&guarded(auth())).await, json!([]));
    let open = serve(files, HttpOptions::default());
    assert_eq!(seen(&open).await[0]["text"], ADA.1, "where we do not ask, the author may");
}

#[tokio::test]
async fn nothing_is_said_to_who_has_none() {
    let served = guarded(auth());
    for (method, path, body) in [
        ("POST", "/mcp", "not even JSON"),
        ("POST", "/mcp", &*initialize("2025-11-25")),
        ("POST", "/mcp/", &stateless(1, "server/discover", json!({}))),
        ("POST", "/mcp?access_token=ada-0123456789abcdef", &initialize("2025-11-25")),
        ("GET", "/mcp", ""),
        ("DELETE", "/mcp", ""),
        ("PUT", "/mcp", ""),
    ] {
        let mut connection = Connection::open(served.address).await;
        let response = connection.request(method, path, &[JSON, BOTH], body).await;
        assert_eq!(response.status(), 401, "{method} {path} {body}");
    }
    let mut connection = Connection::open(served.address).await;
    assert_eq!(connection.request("OPTIONS", "/mcp", &[], "").await.status(), 204);
    let probe = "/.well-known/oauth-protected-resource";
    assert_eq!(connection.request("GET", probe, &[], "").await.status(), 404, "there is no issuer");
}

#[tokio::test]
async fn a_page_can_read_the_challenge() {
    let served = guarded(auth());
    let origin = ("Origin", "http://localhost:3000");
    let response = post(&served, &[origin], &initialize("2025-11-25")).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.header("access-control-allow-origin"), Some(origin.1));
    let exposed = response.header("access-control-expose-headers").unwrap();
    assert!(exposed.contains("www-authenticate"), "{exposed}");
    let foreign = post(&served, &[("Origin", "https://evil.example"), ADA], "{}").await;
    assert_eq!(foreign.status(), 403, "a token opens no door to other pages");
    assert_eq!(foreign.header("www-authenticate"), None);
}

#[tokio::test]
async fn want_of_a_scope_is_a_status_of_its_own() {
    let served = guarded(auth());
    let response = ask(&served, Some(READER.1), "write").await;
    assert_eq!(response.status(), 403);
    assert_eq!(
        challenge(&response),
        r#"Bearer error="insufficient_scope", scope="files:read files:write""#
    );
    assert_eq!((response.json()["id"].as_i64(), response.code()), (Some(1), Some(-32602)));
    assert_eq!(ask(&served, Some(ADA.1), "write").await.status(), 200, "ada is not confined");

    let session = session(&served, READER).await;
    let headers = [READER, ("Mcp-Session-Id", &*session)];
    let read = request(2, "resources/read", json!({ "uri": "memo://secret" }));
    assert_eq!(post(&served, &headers, &read).await.status(), 200);
    let write = post(&served, &headers, &request(3, "tools/call", call("write", json!({})))).await;
    assert_eq!(write.status(), 403);
    assert!(challenge(&write).contains("insufficient_scope"));
}

#[tokio::test]
async fn where_nobody_is_asked_nobody_has_a_scope() {
    let served = serve(files, HttpOptions::default());
    let response = ask(&served, None, "write").await;
    assert_eq!((response.status(), response.header("www-authenticate")), (403, None));
    assert!(response.json()["error"]["message"].as_str().unwrap().contains("files:write"));
    assert_eq!(ask(&served, None, "whoami").await.status(), 200);
    assert_eq!(ask(&served, Some(ADA.1), "write").await.status(), 403, "it is not looked at");
}

#[tokio::test]
async fn a_scope_may_be_needed_for_everything() {
    let served = guarded(auth().scopes(["files:write"]));
    let response = ask(&served, Some(READER.1), "whoami").await;
    assert_eq!(response.status(), 403);
    assert!(challenge(&response).contains(r#"scope="files:write""#), "{response:?}");
    assert_eq!(challenge(&ask(&served, None, "whoami").await), r#"Bearer scope="files:write""#);
    assert_eq!(ask(&served, Some(ADA.1), "whoami").await.status(), 200);
    let implied = Auth::default().token_with_scopes("eve", "eve-0123456789abcdef", ["admin"]);
    let served = guarded(implied.scopes(["files:write"]));
    let eve = ask(&served, Some("Bearer eve-0123456789abcdef"), "whoami").await;
    assert_eq!(eve.status(), 200, "admin stands for it");
}

async fn session(served: &Served, who: (&str, &str)) -> String {
    let response = post(served, &[who], &initialize("2025-11-25")).await;
    assert_eq!(response.status(), 200, "{response:?}");
    response.header("mcp-session-id").unwrap().to_owned()
}

#[tokio::test]
async fn another_callers_session_is_not_found() {
    let served = guarded(auth());
    let session = session(&served, ADA).await;
    let id = ("Mcp-Session-Id", &*session);
    let list = request(1, "tools/list", json!({}));
    let mut connection = Connection::open(served.address).await;
    let events = ("Accept", "text/event-stream");
    for headers in [&[BOB, id][..], &[READER, id]] {
        assert_eq!(post(&served, headers, &list).await.status(), 404);
        assert_eq!(connection.request("DELETE", "/mcp", headers, "").await.status(), 404);
        let stream = [headers, &[events]].concat();
        assert_eq!(connection.request("GET", "/mcp", &stream, "").await.status(), 404);
        let resumed = [headers, &[events, ("Last-Event-ID", "0/0")]].concat();
        assert_eq!(connection.request("GET", "/mcp", &resumed, "").await.status(), 404);
    }
    assert_eq!(post(&served, &[id], &list).await.status(), 401, "an id is no credential");
    assert_eq!(post(&served, &[ADA, id], &list).await.status(), 200, "it is still there");
}

#[tokio::test]
async fn a_caller_has_a_bound_of_its_own_on_sessions() {
    let limited = || files().limits(Limits::default().sessions_per_principal(2));
    let served = serve(limited, HttpOptions::default().with_sse(true).auth(auth()));
    let bobs = session(&served, BOB).await;
    let mut adas = Vec::new();
    for _ in 0..3 {
        adas.push(session(&served, ADA).await);
    }
    let ping = request(1, "ping", json!({}));
    let lives =
        async |caller, id: &str| post(&served, &[caller, ("Mcp-Session-Id", id)], &ping).await;
    for (id, status) in adas.iter().zip([404, 200, 200]) {
        assert_eq!(lives(ADA, id).await.status(), status, "the idlest made room");
    }
    let events = ("Accept", "text/event-stream");
    let stream = async |path, headers: &[(&str, &str)]| {
        let mut connection = Connection::open(served.address).await;
        connection.ask("GET", path, &[headers, &[events]].concat(), "").await;
        connection
    };
    let mut streams = Vec::new();
    for id in &adas[1..] {
        streams.push(stream("/mcp", &[ADA, ("Mcp-Session-Id", id)]).await);
        assert_eq!(streams.last_mut().unwrap().head().await.status, 200);
    }
    let refused = post(&served, &[ADA], &initialize("2025-11-25")).await;
    assert_eq!((refused.status(), refused.header("mcp-session-id")), (429, None), "all are in use");
    assert!(refused.header("retry-after").is_some());
    assert!(refused.body.contains("--max-sessions-per-principal"), "{}", refused.body);
    assert_eq!(lives(BOB, &bobs).await.status(), 200);
    session(&served, BOB).await;

    for caller in [ADA, ADA, BOB] {
        streams.push(stream("/sse", &[caller]).await);
        assert_eq!(streams.last_mut().unwrap().head().await.status, 200);
    }
    let refused = stream("/sse", &[ADA]).await.response().await;
    assert_eq!(refused.status(), 429);
    assert!(refused.body.contains("--max-sessions-per-principal"), "{}", refused.body);
}

#[tokio::test]
async fn another_callers_sse_session_is_not_found() {
    let served = serve(files, HttpOptions::default().with_sse(true).auth(auth()));
    let mut stream = Connection::open(served.address).await;
    let events = ("Accept", "text/event-stream");
    assert_eq!(stream.request("GET", "/sse", &[events], "").await.status(), 401);
    stream.ask("GET", "/sse", &[events, ADA], "").await;
    assert_eq!(stream.head().await.status, 200);
    let first = String::from_utf8(stream.chunk().await.unwrap()).unwrap();
    let path = first.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().to_owned();
    let mut connection = Connection::open(served.address).await;
    let mut send = async |headers: &[(&str, &str)], body: &str| {
        connection.request("POST", &path, &[headers, &[JSON]].concat(), body).await.status()
    };
    let open = initialize("2024-11-05");
    assert_eq!(send(&[], &open).await, 401);
    assert_eq!(send(&[BOB], &open).await, 404);
    assert_eq!(send(&[ADA], &open).await, 202);
    let opened = String::from_utf8(stream.chunk().await.unwrap()).unwrap();
    assert!(opened.contains("protocolVersion"), "{opened}");
}

#[tokio::test]
async fn over_sse_and_in_a_batch_want_of_a_scope_is_an_error() {
    let served = guarded(auth());
    let opened = post(&served, &[READER], &initialize("2025-03-26")).await;
    let session = opened.header("mcp-session-id").unwrap().to_owned();
    let batch = format!(
        "[{},{}]",
        request(1, "tools/call", call("write", json!({}))),
        request(2, "tools/call", call("whoami", json!({})))
    );
    let headers = [READER, ("Mcp-Session-Id", &*session)];
    let response = post(&served, &headers, &batch).await;
    assert_eq!(response.status(), 200);
    let replies = response.messages();
    let error = replies.iter().find(|reply| reply["id"] == 1).unwrap();
    assert_eq!(error["error"]["code"], -32602, "{error}");
    let result = replies.iter().find(|reply| reply["id"] == 2).unwrap();
    assert_eq!(result["result"]["content"][0]["text"], "reader");
}

#[tokio::test]
async fn stateless_servers_know_their_callers_too() {
    let served = serve(files, HttpOptions::default().stateless(true).auth(auth()));
    let headers = [READER, ("MCP-Protocol-Version", "2025-11-25")];
    let asked = request(1, "tools/call", call("whoami", json!({})));
    let response = post(&served, &headers, &asked).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "reader");
    let listed = post(&served, &headers, &request(2, "tools/list", json!({}))).await;
    assert!(!listed.body.contains("write"), "{listed:?}");
    let modern = [ADA, ("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/list")];
    assert!(
        post(&served, &modern, &stateless(3, "tools/list", json!({}))).await.body.contains("write")
    );
}
