//! What is no message, or too much of one, and the connection after it.

use super::*;
use crate::raw::patient;

const LIMIT: usize = 4 * 1024 * 1024;

/// The connection still serves.
async fn is_sane(client: &mut Connection) {
    let response = client.call("add", json!({ "a": 2, "b": 3 })).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "5");
}

#[tokio::test]
async fn content_type_and_accept_are_checked_before_the_body() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for (kind, status) in [
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/jsonp"), 415),
        (None, 415),
        (Some("Application/JSON; charset=utf-8"), 400),
    ] {
        let headers: Vec<_> =
            kind.iter().map(|kind| ("Content-Type", *kind)).chain([BOTH]).collect();
        let response = client.request("POST", "/mcp", &headers, "no json").await;
        assert_eq!(response.status(), status, "{kind:?}");
        assert!(response.code().is_some());
    }
    for (accept, status) in [
        ("text/html", 406),
        ("image/*", 406),
        ("application/json;q=0, text/event-stream;q=0", 406),
        ("text/event-stream", 400),
        ("application/json", 400),
        ("*/*", 400),
        ("text/event-stream;q=0.1 , application/json", 400),
    ] {
        let headers = [JSON, ("Accept", accept)];
        let response = client.request("POST", "/mcp", &headers, "no json").await;
        assert_eq!(response.status(), status, "{accept}");
    }
    let response = client.request("POST", "/mcp", &[JSON], "no json").await;
    assert_eq!((response.status(), response.code()), (400, Some(-32700)));
    let gzip = [JSON, BOTH, ("Content-Encoding", "gzip")];
    assert_eq!(client.request("POST", "/mcp", &gzip, "no gzip").await.status(), 415);
    is_sane(&mut client).await;
}

/// It is not read, so what comes next on the connection would be.
#[tokio::test]
async fn a_long_body_of_another_kind_ends_the_connection() {
    let served = served();
    let text = ("Content-Type", "text/plain");
    for framing in [("Content-Length", "9000"), ("Transfer-Encoding", "chunked")] {
        let mut client = Connection::open(served.address).await;
        let response = client.request("POST", "/mcp", &[text, BOTH, framing], "").await;
        assert_eq!((response.status(), response.header("connection")), (415, Some("close")));
        assert!(client.is_closed().await, "{framing:?}");
    }
    let mut client = Connection::open(served.address).await;
    let short = client.request("POST", "/mcp", &[text, BOTH], &"x".repeat(8000)).await;
    assert_eq!((short.status(), short.header("connection")), (415, None));
    is_sane(&mut client).await;
}

#[tokio::test]
async fn what_is_no_message_is_refused_without_an_id() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for (body, code) in [
        ("", -32700),
        ("{", -32700),
        ("\u{feff}{}", -32700),
        ("[]", -32600),
        (r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        ("1", -32600),
        (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
    ] {
        let response = client
            .request(
                "POST",
                "/mcp",
                &[JSON, BOTH, ("Content-Length", &body.len().to_string())],
                body,
            )
            .await;
        assert_eq!((response.status(), response.code()), (400, Some(code)), "{body}");
        assert_eq!(response.json().get("id"), None, "{body}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(client.post(&[], &deep).await.status(), 400);
    is_sane(&mut client).await;
}

/// A call whose frame is exactly that long.
fn frame(length: usize) -> String {
    let empty = stateless(1, "tools/call", call("add", json!({ "a": 1, "b": 1, "pad": "" })));
    let pad = "x".repeat(length - empty.len());
    stateless(1, "tools/call", call("add", json!({ "a": 1, "b": 1, "pad": pad })))
}

#[tokio::test]
async fn a_body_may_have_four_mebibytes_and_not_one_more() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let headers =
        [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "add")];
    assert_eq!(client.post(&headers, &frame(LIMIT)).await.status(), 200);
    let response = client.post(&headers, &frame(LIMIT + 1)).await;
    assert_eq!((response.status(), response.code()), (413, Some(-32600)));
    is_sane(&mut client).await;
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let piece = frame(LIMIT + 1);
    let headers = [JSON, BOTH, ("Transfer-Encoding", "chunked")];
    client.ask("POST", "/mcp", &headers, "").await;
    for chunk in piece.as_bytes().chunks(100_000) {
        client.send(format!("{:x}\r\n", chunk.len()).as_bytes()).await;
        client.send(chunk).await;
        client.send(b"\r\n").await;
    }
    client.send(b"0\r\n\r\n").await;
    assert_eq!(client.response().await.status(), 413);
    is_sane(&mut client).await;
}

#[tokio::test]
async fn a_body_that_never_ends_costs_the_connection() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    client.ask("POST", "/mcp", &[JSON, BOTH, ("Content-Length", "1000000000")], "").await;
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..16 {
        client.send(&piece).await;
    }
    client.send(b"x").await; // not more: what is not read would reset the connection
    let response = client.response().await;
    assert_eq!(response.status(), 413);
    assert_eq!(response.header("connection"), Some("close"));
}

#[tokio::test]
async fn a_client_that_asks_first_is_spared_the_body() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let headers = [JSON, BOTH, ("Content-Length", "5000000"), ("Expect", "100-continue")];
    client.ask("POST", "/mcp", &headers, "").await;
    assert_eq!(client.response().await.status(), 413);
}

#[tokio::test]
async fn other_methods_and_paths_are_named() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for method in ["PUT", "PATCH", "TRACE", "BREW"] {
        let response = client.request(method, "/mcp", &[], "").await;
        assert_eq!(response.status(), 405, "{method}");
        assert_eq!(response.header("allow"), Some("GET, POST, DELETE, OPTIONS"));
    }
    for path in ["/", "/mcpx", "/mcp/x", "/sse", "/messages"] {
        let response = client.request("GET", path, &[], "").await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.body.contains(&format!("nothing is at {path};")), "{}", response.body);
        assert!(response.body.contains("/mcp"));
    }
    is_sane(&mut client).await;
}

#[tokio::test]
async fn the_path_is_served_with_and_without_a_slash() {
    for (given, paths) in
        [("/mcp", ["/mcp", "/mcp/"]), ("/a/b/", ["/a/b", "/a/b/"]), ("/", ["/", "/"])]
    {
        let served = serve(server(&Probe::default()), HttpOptions::default().path(given));
        let mut client = Connection::open(served.address).await;
        for path in paths {
            let response =
                client.request("POST", path, &[JSON, BOTH], &initialize("2025-06-18")).await;
            assert_eq!(response.status(), 200, "{path}");
        }
    }
}

#[tokio::test]
async fn a_head_may_not_be_endless() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let large = "x".repeat(128 * 1024);
    client.ask("POST", "/mcp", &[("X-Large", &large)], "").await;
    assert_eq!(client.response().await.status(), 431);
    assert!(patient(client.is_closed()).await);
}

#[tokio::test]
async fn a_body_is_coded_once() {
    let served = served();
    for coding in ["chunked, chunked", "gzip, chunked", "chunked\r\nTransfer-Encoding: chunked"] {
        let mut client = Connection::open(served.address).await;
        let head = format!("POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {coding}");
        let next = "GET /mcp HTTP/1.1\r\nHost: evil.example\r\n\r\n";
        client.send(format!("{head}\r\n\r\n0\r\n\r\n{next}").as_bytes()).await;
        let response = client.response().await;
        assert_eq!(response.status(), 400, "{coding}");
        let text = response.json()["error"]["message"].to_string();
        assert!(text.contains("one Transfer-Encoding"), "{text}");
        assert!(client.is_closed().await, "nothing behind it is a request");
    }
}
