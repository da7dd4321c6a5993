//! What replies look like in either era.

use mcp_runtime::{HttpOptions, Revision, testing};

use super::*;
use crate::ask::{accept, everything, http::alone};
use crate::http::{JSON, Probe, call};
use crate::kitchen;
use crate::raw::events;

/// basic, "Per-request metadata": a request that is not whole is refused, and so does not run. The
/// reply is no stream though the client reads nothing else: an event would have the status 200.
#[tokio::test]
async fn a_refusal_keeps_the_id_and_comes_before_any_function() {
    let probe = Probe::default();
    let served = serve(server(&probe), HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let mut metas = half_metas();
    metas.extend([meta("v999"), meta("2025-11-25")]);
    for meta in metas {
        let named = meta["io.modelcontextprotocol/protocolVersion"].as_str().unwrap_or(V26);
        let named = named.to_owned();
        for id in [json!(5), json!("five"), json!(0)] {
            let mut params = call("nap", json!({ "ms": 0 }));
            params["_meta"] = meta.clone();
            let body =
                json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
            let headers = [
                JSON,
                ("Accept", "text/event-stream"),
                version(&named),
                ("Mcp-Method", "tools/call"),
                ("Mcp-Name", "nap"),
            ];
            let response = client.request("POST", "/mcp", &headers, &body.to_string()).await;
            assert_eq!((response.status(), &response.json()["id"]), (400, &id), "{response:?}");
        }
    }
    assert_eq!(probe.started(), 0);
}

/// basic, "Requests": the id comes back with its type and value. The suite counts milliseconds, and
/// what JavaScript counts exactly ends at 2^53.
#[tokio::test]
async fn ids_come_back_as_they_came() {
    const MOST: i64 = 1 << 53;
    let served = served();
    let mut client = Connection::open(served.address).await;
    for id in [
        json!(0),
        json!(-1),
        json!(1_800_000_000_000_i64),
        json!(MOST),
        json!(-MOST),
        json!("5"),
        json!(""),
        json!("a \"b\"\n"),
    ] {
        let body = json!({
            "jsonrpc": "2.0", "id": id, "method": "tools/list", "params": { "_meta": meta(V26) },
        });
        let response = client.post(&modern("tools/list"), &body.to_string()).await;
        assert_eq!(response.json()["id"], id);
    }
}

/// The suite reads a body line by line, and some of its tests wait for the end of it.
#[tokio::test]
async fn a_message_is_one_line_and_a_stream_ends_behind_its_reply() {
    let served = serve(kitchen::server, HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    let lines = "one\ntwo\r\nthree\rfour\u{2028}five\n\n";
    let echo = request(1, "tools/call", call("echo", json!({ "text": lines })));
    // The author wrote the schema of `contact` on many lines.
    let second = json!({ "cursor": client.post(&[session(&id)], &plain()).await.json()["result"]["nextCursor"] });
    for (body, pointer, value) in [
        (echo, "/result/content/0/text", lines),
        (request(1, "tools/list", second), "/result/tools/3/name", "contact"),
    ] {
        let response = client.post(&[session(&id)], &body).await;
        assert_eq!(response.json().pointer(pointer).unwrap(), value);

        let headers = [JSON, ("Accept", "text/event-stream"), session(&id)];
        let response = client.request("POST", "/mcp", &headers, &body).await;
        assert_eq!(response.messages()[0].pointer(pointer).unwrap(), value);
        let data = response.body.lines().filter(|line| line.starts_with("data:"));
        assert_eq!((data.count(), events(&response.body).len()), (1, 1), "{response:?}");
    }
}

/// server/tools and server/prompts: `arguments` is optional, whatever the function takes.
#[tokio::test]
async fn arguments_may_be_missing() {
    for revision in Revision::ALL {
        let client = testing::connect_at(kitchen::server(), revision).await.unwrap();
        let called = client.request("tools/call", json!({ "name": "nothing" })).await.unwrap();
        assert_ne!(called["isError"], true, "{revision}");
        let prompt = client.request("prompts/get", json!({ "name": "hello" })).await.unwrap();
        assert_eq!(prompt["messages"][0]["content"]["text"], "Hello!", "{revision}");
    }
}

/// server/tools, "Listing tools": clients, and caches in front of models, rely on the order. It is
/// the author's, so the author decides what comes first.
#[tokio::test]
async fn lists_keep_the_order_they_were_given_in() {
    let client = testing::connect(kitchen::server()).await.unwrap();
    let given =
        ["search", "echo", "add", "nothing", "show", "count", "fail", "contact"].map(Value::from);
    for _ in 0..3 {
        let listed = client.list("tools").await.unwrap();
        assert!(listed.iter().map(|tool| &tool["name"]).eq(&given), "{listed:?}");
    }
}

/// The types of results came with the modern era, and so did the hints how long to keep them.
#[tokio::test]
async fn only_modern_results_say_what_they_are() {
    let ask = [
        ("tools/list", json!({})),
        ("tools/call", json!({ "name": "nothing" })),
        ("tools/call", json!({ "name": "fail", "arguments": { "how": "text" } })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("resources/read", json!({ "uri": "config://app" })),
        ("prompts/list", json!({})),
        ("prompts/get", json!({ "name": "hello" })),
        (
            "completion/complete",
            json!({
                "ref": { "type": "ref/prompt", "name": "review" },
                "argument": { "name": "order", "value": "" },
            }),
        ),
    ];
    for revision in Revision::ALL {
        let client = testing::connect_at(kitchen::server(), revision).await.unwrap();
        let modern = revision.as_str() == V26;
        for (method, params) in &ask {
            let result = client.request(method, params).await.unwrap();
            let typed = result.get("resultType") == Some(&json!("complete"));
            assert_eq!(typed, modern, "{revision} {method} {result}");
            for later in ["resultType", "ttlMs", "cacheScope"] {
                assert!(modern || result.get(later).is_none(), "{revision} {method} {result}");
            }
        }
        for (method, params) in
            [("ping", json!({})), ("logging/setLevel", json!({ "level": "info" }))]
        {
            match client.request(method, params).await {
                Ok(acknowledged) => assert_eq!(acknowledged, json!({}), "{revision} {method}"),
                Err(refusal) => assert!(modern && refusal.code() == -32601, "{revision} {method}"),
            }
        }
    }
}

/// server/resources: the suite reads what is listed first; a client may read any.
#[tokio::test]
async fn every_listed_resource_can_be_read() {
    for revision in Revision::ALL {
        let client = testing::connect_at(kitchen::server(), revision).await.unwrap();
        let listed = client.list("resources").await.unwrap();
        assert!(!listed.is_empty());
        for resource in listed {
            let contents = client.read(resource["uri"].as_str().unwrap()).await.unwrap();
            assert_eq!(contents[0]["uri"], resource["uri"]);
            assert_eq!(contents[0]["mimeType"], resource["mimeType"]);
        }
    }
}

/// patterns/mrtr: a client that changes what it only carries is refused; the model must not read
/// that as the result of a tool.
#[tokio::test]
async fn a_state_that_was_tampered_with_is_an_error_and_no_result() {
    let served = serve(crate::ask::server, HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let (headers, body) = alone("greet", everything(), json!({}));
    let asked = client.post(&headers, &body).await.json()["result"].take();
    assert_eq!(asked["resultType"], "input_required");
    let state = asked["requestState"].as_str().unwrap();
    let mut answers = json!({ "inputResponses": { "user_name": accept("Alice") } });
    answers["requestState"] = json!(format!("{state}-TAMPERED"));
    let (headers, body) = alone("greet", everything(), answers.clone());
    let refused = client.post(&headers, &body).await;
    assert_eq!((refused.status(), refused.code()), (200, Some(-32602)), "{refused:?}");
    answers["requestState"] = json!(state);
    let (headers, body) = alone("greet", everything(), answers);
    assert_eq!(text(&client.post(&headers, &body).await.json()), "Hello, Alice!");
}

/// basic, "Capabilities": what only a running function finds out is a status all the same, so none
/// is sent before the function's first word.
#[tokio::test]
async fn what_a_client_lacks_is_a_status_though_a_function_ran() {
    let served = serve(crate::ask::server, HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let (headers, body) = alone("greet", json!({ "sampling": {} }), json!({}));
    let response = client.post(&headers, &body).await;
    assert_eq!((response.status(), response.code()), (400, Some(-32021)));
    let required = json!({ "elicitation": { "form": {} } });
    assert_eq!(response.json()["error"]["data"]["requiredCapabilities"], required);
}
