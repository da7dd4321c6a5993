//! How requests and replies travel: streams, headers, hosts.

use std::time::Duration;

use mcp_runtime::HttpOptions;
use mcp_runtime::testing::Answer;

use super::*;
use crate::ask::{everything, obliging};
use crate::http::{BOTH, JSON, call, initialize};
use crate::raw::{events, messages};

/// A modern call of `recite`, which logs a line and reports progress for each.
async fn recite(client: &mut Connection, accept: &str, mut meta: Value) -> Response {
    meta["io.modelcontextprotocol/protocolVersion"] = json!(V26);
    meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    let mut params = call("recite", json!({ "lines": 2, "size": 1, "pause": 1 }));
    params["_meta"] = meta;
    let [version, method] = modern("tools/call");
    let headers = [JSON, ("Accept", accept), version, method, ("Mcp-Name", "recite")];
    client.request("POST", "/mcp", &headers, &request(1, "tools/call", params)).await
}

fn methods(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["method"].as_str().unwrap_or("the reply")).collect()
}

const PROGRESS: &str = "notifications/progress";
const LOG: &str = "notifications/message";

/// utilities/progress: there is no other stream it could come on.
#[tokio::test]
async fn progress_makes_the_reply_a_stream() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let response = recite(&mut client, BOTH.1, json!({ "progressToken": "p" })).await;
    assert_eq!(response.status(), 200);
    let messages = response.messages();
    assert_eq!(methods(&messages), [PROGRESS, PROGRESS, "the reply"]);
    assert!(messages[..2].iter().all(|message| message["params"]["progressToken"] == "p"));
    // Without a token nothing is to be said on the way.
    let response = recite(&mut client, BOTH.1, json!({})).await;
    assert_eq!(response.json()["id"], 1);
}

/// utilities/logging: a modern request asks for log messages, or gets none.
#[tokio::test]
async fn nothing_is_logged_to_a_client_that_names_no_level() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let level = "io.modelcontextprotocol/logLevel";
    for (level, heard) in [
        (json!({ "progressToken": 1 }), vec![PROGRESS, PROGRESS, "the reply"]),
        (json!({ "progressToken": 1, level: "error" }), vec![PROGRESS, PROGRESS, "the reply"]),
        (json!({ level: "info" }), vec![LOG, LOG, "the reply"]),
    ] {
        let response = recite(&mut client, BOTH.1, level).await;
        assert_eq!(methods(&response.messages()), heard);
    }
}

/// transports, "Sending messages to the server": what a call asks comes on the stream of the call,
/// and whoever answers must not have to wait for it.
#[tokio::test]
async fn a_session_is_asked_on_the_stream_of_its_call_and_serves_others_meanwhile() {
    let served = serve(crate::ask::server, HttpOptions::default());
    let mut stream = Connection::open(served.address).await;
    let mut posts = Connection::open(served.address).await;
    let capabilities = everything();
    let body = initialize("2025-11-25")
        .replace("\"capabilities\":{}", &format!("\"capabilities\":{capabilities}"));
    let response = stream.post(&[], &body).await;
    let id = response.header("mcp-session-id").unwrap().to_owned();
    let interview = request(1, "tools/call", call("interview", json!({})));
    stream.ask_post(&[session(&id)], &interview).await;
    let head = stream.head().await;
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    let mut texts = String::new();
    let mut answered = 0;
    let mut heard: Vec<Value> = Vec::new();
    while let Some(chunk) = stream.chunk().await {
        texts += std::str::from_utf8(&chunk).unwrap();
        heard = messages(&texts);
        for question in heard[answered..].iter().filter(|one| one.get("method").is_some()) {
            let ping = posts.post(&[session(&id)], &request(9, "ping", json!({}))).await;
            assert_eq!(ping.json()["result"], json!({}));
            let method = question["method"].as_str().unwrap();
            let Answer::Result(result) = obliging(method, &question["params"]) else { panic!() };
            let response = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
            let response = posts.post(&[session(&id)], &response.to_string()).await;
            assert_eq!((response.status(), &*response.body), (202, ""));
        }
        answered = heard.len();
    }
    assert_eq!(heard.len(), 4);
    assert_eq!(text(&heard[3]), "Ada Lovelace Countess");
}

/// transports, "Resumability and redelivery": a stream is come back to by GET, and so is the one
/// for messages of no request, which stays. The ids of events name their stream.
#[tokio::test]
async fn a_client_comes_back_to_a_call_while_its_other_stream_stays_open() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-11-25").await;
    let headers = [("Accept", "text/event-stream"), session(&id), version("2025-11-25")];
    let mut other = Connection::open(served.address).await;
    other.ask("GET", "/mcp", &headers, "").await;
    assert_eq!(other.head().await.status, 200);
    other.chunk().await.unwrap();

    let depart = request(1, "tools/call", call("depart", json!({ "ms": 20 })));
    let begun = client.post(&headers[1..], &depart).await;
    let [primed] = &events(&begun.body)[..] else { panic!("{begun:?}") };
    let (stream, event) = primed.id.split_once('/').unwrap();
    assert!(stream.parse::<u32>().is_ok() && event.parse::<u32>().is_ok(), "{primed:?}");
    let headers = [&headers[..], &[("Last-Event-ID", &*primed.id)]].concat();
    let rest = client.request("GET", "/mcp", &headers, "").await;
    assert_eq!(text(&rest.messages()[0]), "arrived");

    let ended = tokio::time::timeout(Duration::ZERO, other.chunk()).await;
    assert!(ended.is_err(), "{ended:?}");
    client.request("DELETE", "/mcp", &headers[1..3], "").await;
    assert_eq!(other.chunk().await, None);
}

/// streamable-http, "Request headers": names in any case, and white space around values is none of
/// theirs.
#[tokio::test]
async fn headers_come_in_any_case_with_space_around() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let sum = stateless(1, "tools/call", call("add", json!({ "a": 1, "b": 2 })));
    for headers in [
        [version(V26), ("mcp-method", "tools/call"), ("mcp-name", "add")],
        [("mcp-protocol-version", V26), ("MCP-METHOD", "tools/call"), ("MCP-NAME", "add")],
        [
            ("MCP-PROTOCOL-VERSION", "  2026-07-28 "),
            ("Mcp-Method", "\ttools/call\t"),
            ("Mcp-Name", "  add  "),
        ],
    ] {
        assert_eq!(text(&client.post(&headers, &sum).await.json()), "3", "{headers:?}");
    }
}

/// They came later: a session's client that sends them all the same, as the suite does, means
/// nothing by it.
#[tokio::test]
async fn modern_headers_mean_nothing_in_a_session() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-11-25").await;
    let headers =
        [session(&id), version("2025-11-25"), ("Mcp-Method", "wrong"), ("Mcp-Name", "wrong")];
    let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(client.post(&headers, &initialized.to_string()).await.status(), 202);
    let sum = request(1, "tools/call", call("add", json!({ "a": 1, "b": 2 })));
    assert_eq!(text(&client.post(&headers, &sum).await.json()), "3");
}

/// transports, "Security warning": a page that has our address under its own name is refused, and
/// who names us rightly is not.
#[tokio::test]
async fn the_hosts_of_this_machine_are_served_at_any_port_and_others_are_not() {
    let served = served();
    let port = served.address.port();
    let mut client = Connection::open(served.address).await;
    let discover = stateless(1, "server/discover", json!({}));
    for (method, body) in [("initialize", initialize("2025-11-25")), ("server/discover", discover)]
    {
        let mirrors = modern(method);
        let headers = if method == "initialize" { &[][..] } else { &mirrors };
        for name in ["127.0.0.1", "localhost", "[::1]"] {
            for host in [name.to_owned(), format!("{name}:{port}"), format!("{name}:1")] {
                let origin = format!("http://{host}");
                let headers = [headers, &[("Host", &*host), ("Origin", &*origin)]].concat();
                assert_eq!(client.post(&headers, &body).await.status(), 200, "{host}");
            }
        }
        let forged = [("Host", "evil.example.com"), ("Origin", "http://evil.example.com")];
        for forged in [&forged[..], &forged[..1], &forged[1..]] {
            let headers = [headers, forged].concat();
            assert_eq!(client.post(&headers, &body).await.status(), 403, "{forged:?}");
        }
    }
}

/// `Accept` is a list (RFC 9110, 12.5.1), and clients write it in either order. Who names events
/// first, or wants them more, gets them for what JSON would do for too.
#[tokio::test]
async fn accept_is_a_list_in_any_order() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for (accept, kind) in [
        ("application/json, text/event-stream", "application/json"),
        ("text/event-stream, application/json", "text/event-stream"),
        ("text/event-stream,application/json", "text/event-stream"),
        ("text/html, application/json;q=0.8, text/event-stream;q=0.9", "text/event-stream"),
        ("text/event-stream;q=0.8, application/json", "application/json"),
        ("*/*", "application/json"),
    ] {
        let response = recite(&mut client, accept, json!({ "progressToken": 1 })).await;
        assert_eq!(methods(&response.messages()), [PROGRESS, PROGRESS, "the reply"], "{accept}");
        let [version, method] = modern("tools/list");
        let headers = [JSON, ("Accept", accept), version, method];
        let response = client.request("POST", "/mcp", &headers, &listing_at(V26)).await;
        assert_eq!(response.header("content-type"), Some(kind), "{accept}");
    }
}
