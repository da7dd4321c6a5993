//! Which era a request over HTTP belongs to (basic/versioning, "Compatibility"; streamable-http,
//! "Protocol version header" and "Sessions").

use mcp_runtime::HttpOptions;

use super::*;
use crate::http::{Probe, call, initialize};

#[tokio::test]
async fn an_initialize_without_a_modern_meta_opens_a_session() {
    let served = served();
    for revision in LEGACY {
        let mut client = Connection::open(served.address).await;
        let response = client.post(&[], &initialize(revision)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json()["result"]["protocolVersion"], revision);
        let id = response.header("mcp-session-id").unwrap().to_owned();
        assert!(id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_graphic()));

        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let response = client.post(&[session(&id)], &initialized.to_string()).await;
        assert_eq!((response.status(), &*response.body), (202, ""));
    }
}

/// The era is decided before any params are read: these have none of their own.
#[tokio::test]
async fn a_modern_initialize_is_not_a_method() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for params in [json!({}), json!({ "protocolVersion": "2025-06-18", "capabilities": {} })] {
        let body = stateless(5, "initialize", params);
        let response = client.post(&modern("initialize"), &body).await;
        assert_refused(&response, 404, -32601);
        assert_eq!(response.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn methods_of_sessions_are_not_found_in_the_modern_era() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    for method in OF_SESSIONS {
        let [version, method_header] = modern(method);
        for headers in [vec![version, method_header], vec![version, method_header, session(&id)]] {
            let response = client.post(&headers, &stateless(5, method, json!({}))).await;
            assert_refused(&response, 404, -32601);
        }
    }
}

#[tokio::test]
async fn a_request_that_describes_itself_needs_no_session() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let greet = json!({ "name": "greet", "arguments": { "who": "Ada" } });
    for (method, name, params, found) in [
        ("server/discover", None, json!({}), "/result/supportedVersions/0"),
        ("tools/list", None, json!({}), "/result/tools/0/name"),
        ("tools/call", Some("add"), call("add", json!({ "a": 1, "b": 2 })), "/result/content/0"),
        (
            "resources/read",
            Some("memo://note"),
            json!({ "uri": "memo://note" }),
            "/result/contents",
        ),
        ("prompts/get", Some("greet"), greet, "/result/messages"),
    ] {
        let mut headers = modern(method).to_vec();
        headers.extend(name.map(|name| ("Mcp-Name", name)));
        // A session's header means nothing here, whatever it says.
        headers.push(session("no-such-session"));
        let response = client.post(&headers, &stateless(1, method, params)).await;
        assert_eq!(response.status(), 200, "{response:?}");
        assert!(response.json().pointer(found).is_some(), "{response:?}");
        assert_eq!(response.json()["result"]["resultType"], "complete");
        assert_eq!(response.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn a_modern_request_names_its_version_in_a_header_too() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let response = client.post(&modern("tools/list")[1..], &listing_at(V26)).await;
    assert_refused(&response, 400, -32020);
}

/// Two readers might each take another one.
#[tokio::test]
async fn a_version_is_named_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    for other in [V26, "2025-06-18", "v999"] {
        let headers = [modern("tools/list").as_slice(), &[version(other)]].concat();
        assert_refused(&client.post(&headers, &listing_at(V26)).await, 400, -32020);
        let headers = [session(&id), version("2025-06-18"), version(other)];
        assert_refused(&client.post(&headers, &plain()).await, 400, -32600);
        for method in ["GET", "DELETE"] {
            let headers = [&headers[..], &[("Accept", "text/event-stream")]].concat();
            assert_eq!(client.request(method, "/mcp", &headers, "").await.status(), 400);
        }
    }
    assert_eq!(client.post(&[session(&id)], &plain()).await.status(), 200);
}

/// And that is no mismatch of headers, though the one that stands in the header is missing.
#[tokio::test]
async fn a_modern_header_needs_a_whole_meta() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let headers = modern("tools/list");
    assert_refused(&client.post(&headers, &plain()).await, 400, -32602);
    for meta in half_metas().into_iter().chain([json!({}), json!(1), json!(null)]) {
        let body = request(5, "tools/list", json!({ "_meta": meta }));
        assert_refused(&client.post(&headers, &body).await, 400, -32602);
    }
    // Who the client is may stay unsaid, and is here.
    assert_eq!(client.post(&headers, &listing_at(V26)).await.status(), 200);
}

#[tokio::test]
async fn header_and_meta_name_the_same_version() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let (old, unknown) = ("2025-11-25", "v999");
    for (header, meta) in
        [(V26, old), (V26, unknown), (old, V26), (unknown, V26), (old, unknown), (unknown, old)]
    {
        let headers = [version(header), ("Mcp-Method", "tools/list")];
        assert_refused(&client.post(&headers, &listing_at(meta)).await, 400, -32020);
    }
}

#[tokio::test]
async fn an_unknown_version_is_answered_with_those_served() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let headers = [version("v999"), ("Mcp-Method", "tools/list")];
    let response = client.post(&headers, &listing_at("v999")).await;
    assert_refused(&response, 400, -32022);
    let data = response.json()["error"]["data"].clone();
    assert_eq!(data["requested"], "v999");
    let discover = stateless(1, "server/discover", json!({}));
    let discovered = client.post(&modern("server/discover"), &discover).await.json();
    assert_eq!(data["supported"], discovered["result"]["supportedVersions"]);
    assert_eq!(data["supported"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_request_of_a_session_is_legacy_with_and_without_a_version_header() {
    let served = served();
    for revision in LEGACY {
        let mut client = Connection::open(served.address).await;
        let id = client.initialize(revision).await;
        // A header does not change what was agreed, either.
        for headers in [
            vec![],
            vec![version(revision)],
            vec![version("2025-03-26")],
            vec![("Mcp-Method", "x")],
        ] {
            let headers = [&headers[..], &[session(&id)]].concat();
            let sum = request(7, "tools/call", call("add", json!({ "a": 1, "b": 2 })));
            let response = client.post(&headers, &sum).await;
            assert_eq!((response.status(), &response.json()["id"]), (200, &json!(7)));
            assert_eq!(text(&response.json()), "3");
            assert_eq!(response.json()["result"].get("resultType"), None);
            assert_eq!(response.header("mcp-session-id"), None);
        }
    }
}

#[tokio::test]
async fn without_a_session_only_initialize_is_served() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for headers in [vec![], vec![version("2025-06-18")]] {
        assert_refused(&client.post(&headers, &plain()).await, 400, -32600);
        let ping = request(5, "ping", json!({}));
        assert_refused(&client.post(&headers, &ping).await, 400, -32600);
    }
}

#[tokio::test]
async fn an_unknown_session_is_not_found() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for id in ["x", "00000000000000000000000000000000"] {
        assert_refused(&client.post(&[session(id)], &plain()).await, 404, -32600);
        for method in ["GET", "DELETE"] {
            let headers = [session(id), ("Accept", "text/event-stream")];
            assert_eq!(client.request(method, "/mcp", &headers, "").await.status(), 404);
        }
    }
}

/// In the revisions that have the header; older ones may have it from a proxy.
#[tokio::test]
async fn an_unknown_legacy_version_is_refused() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for (revision, checked) in LEGACY.into_iter().zip([false, false, true, true]) {
        let id = client.initialize(revision).await;
        let response = client.post(&[session(&id), version("v999")], &plain()).await;
        match checked {
            true => assert_refused(&response, 400, -32600),
            false => assert_eq!(response.status(), 200, "{response:?}"),
        }
    }
}

#[tokio::test]
async fn a_session_is_named_once() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-06-18").await;
    assert_refused(&client.post(&[session(&id), session(&id)], &plain()).await, 400, -32600);
}

/// They have no form without a session, and one is not assumed.
#[tokio::test]
async fn a_legacy_version_in_the_meta_is_not_served() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    for revision in LEGACY {
        let id = client.initialize(revision).await;
        let headers = [version(revision), ("Mcp-Method", "tools/list"), session(&id)];
        for headers in [&headers[..2], &headers] {
            let response = client.post(headers, &listing_at(revision)).await;
            assert_refused(&response, 400, -32022);
        }
    }
}

#[tokio::test]
async fn get_and_delete_are_the_stream_and_the_end_of_a_session() {
    let served = served();
    for revision in LEGACY {
        let mut client = Connection::open(served.address).await;
        let id = client.initialize(revision).await;
        let headers = [session(&id), ("Accept", "text/event-stream")];
        let mut stream = Connection::open(served.address).await;
        stream.ask("GET", "/mcp", &headers, "").await;
        let head = stream.head().await;
        assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
        assert_eq!(client.request("DELETE", "/mcp", &headers, "").await.status(), 200);
        while stream.chunk().await.is_some() {} // one that never ends fails the test
    }
}

#[tokio::test]
async fn get_and_delete_need_a_session() {
    let [served, without] = [false, true].map(|stateless| {
        serve(server(&Probe::default()), HttpOptions::default().stateless(stateless))
    });
    for method in ["GET", "DELETE"] {
        for headers in [vec![], vec![version(V26)]] {
            let headers = [&headers[..], &[("Accept", "text/event-stream")]].concat();
            let mut client = Connection::open(served.address).await;
            assert_eq!(client.request(method, "/mcp", &headers, "").await.status(), 400);
            let mut client = Connection::open(without.address).await;
            assert_eq!(client.request(method, "/mcp", &headers, "").await.status(), 405);
        }
    }
}
