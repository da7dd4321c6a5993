//! Which era a request belongs to, and what each answers: the table of the protocol's two eras on
//! one path.

use serde_json::json;

use super::*;

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

fn modern(method: &'static str) -> [(&'static str, &'static str); 2] {
    [("MCP-Protocol-Version", V26), ("Mcp-Method", method)]
}

#[tokio::test]
async fn each_handshake_revision_opens_a_session_and_calls() {
    let served = served();
    for revision in LEGACY {
        let mut client = Connection::open(served.address).await;
        let response = client.post(&[], &initialize(revision)).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json()["result"]["protocolVersion"], revision);
        let id = response.header("mcp-session-id").unwrap().to_owned();
        assert!(id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_graphic()));
        let session = [("Mcp-Session-Id", &*id)];

        let initialized = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let response = client.post(&session, &initialized.to_string()).await;
        assert_eq!((response.status(), &*response.body), (202, ""));

        let sum = request(7, "tools/call", call("add", json!({ "a": 1, "b": 2 })));
        let response = client.post(&session, &sum).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json()["id"], 7);
        assert_eq!(response.json()["result"]["content"][0]["text"], "3");
        assert_eq!(response.json()["result"].get("resultType"), None);
        assert_eq!(response.header("mcp-session-id"), None);
    }
}

#[tokio::test]
async fn a_request_that_describes_itself_needs_no_session() {
    let served = served();
    let mut client = Connection::open(served.address).await;
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
        (
            "prompts/get",
            Some("greet"),
            json!({ "name": "greet", "arguments": { "who": "Ada" } }),
            "/result/messages",
        ),
    ] {
        let mut headers = modern(method).to_vec();
        headers.extend(name.map(|name| ("Mcp-Name", name)));
        // A session's header means nothing here, whatever it says.
        headers.push(("Mcp-Session-Id", "no-such-session"));
        let response = client.post(&headers, &stateless(1, method, params)).await;
        assert_eq!(response.status(), 200, "{response:?}");
        assert!(response.json().pointer(found).is_some(), "{response:?}");
        assert_eq!(response.json()["result"]["resultType"], "complete");
        assert_eq!(response.header("mcp-session-id"), None);
    }
}

/// requirements by revision, "Deciding the era of one incoming request", and the status codes of
/// 2026-07-28 streamable-http.
#[tokio::test]
async fn what_each_kind_of_request_is_answered() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let session = client.initialize("2025-06-18").await;
    let session = ("Mcp-Session-Id", &*session);
    let list = |version: &str| stateless(5, "tools/list", json!({ "_meta": meta(version) }));
    let plain = request(5, "tools/list", json!({}));
    let version = |version: &'static str| ("MCP-Protocol-Version", version);
    let listing = ("Mcp-Method", "tools/list");
    let half = |name: &str| {
        let mut meta = meta(V26);
        meta.as_object_mut().unwrap().remove(&format!("io.modelcontextprotocol/{name}"));
        stateless(5, "tools/list", json!({ "_meta": meta }))
    };

    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, String, u16, Option<i64>);
    let rows: Vec<Row<'_>> = vec![
        ("all there", vec![version(V26), listing], list(V26), 200, None),
        ("no version header", vec![listing], list(V26), 400, Some(-32020)),
        ("no method header", vec![version(V26)], list(V26), 400, Some(-32020)),
        (
            "other method",
            vec![version(V26), ("Mcp-Method", "prompts/list")],
            list(V26),
            400,
            Some(-32020),
        ),
        (
            "method in capitals",
            vec![version(V26), ("Mcp-Method", "TOOLS/LIST")],
            list(V26),
            400,
            Some(-32020),
        ),
        ("header without meta", vec![version(V26), listing], plain.clone(), 400, Some(-32602)),
        (
            "meta without version",
            vec![version(V26), listing],
            half("protocolVersion"),
            400,
            Some(-32602),
        ),
        (
            "meta without capabilities",
            vec![version(V26), listing],
            half("clientCapabilities"),
            400,
            Some(-32602),
        ),
        ("header and meta differ", vec![version("v999"), listing], list(V26), 400, Some(-32020)),
        ("meta unknown, header not", vec![version(V26), listing], list("v999"), 400, Some(-32020)),
        ("both unknown", vec![version("v999"), listing], list("v999"), 400, Some(-32022)),
        (
            "both legacy",
            vec![version("2025-06-18"), listing],
            list("2025-06-18"),
            400,
            Some(-32022),
        ),
        (
            "ill-typed meta",
            vec![version(V26), listing],
            stateless(5, "tools/list", json!({ "_meta": 1 })),
            400,
            Some(-32602),
        ),
        ("a session", vec![session], plain.clone(), 200, None),
        ("a session, its version", vec![session, version("2025-06-18")], plain.clone(), 200, None),
        (
            "a session, another version",
            vec![session, version("2025-03-26")],
            plain.clone(),
            200,
            None,
        ),
        (
            "a session, unknown version",
            vec![session, version("v999")],
            plain.clone(),
            400,
            Some(-32600),
        ),
        (
            "a session, mirrors that lie",
            vec![session, ("Mcp-Method", "x")],
            plain.clone(),
            200,
            None,
        ),
        ("no session", vec![], plain.clone(), 400, Some(-32600)),
        (
            "no session, legacy header",
            vec![version("2025-06-18")],
            plain.clone(),
            400,
            Some(-32600),
        ),
        ("unknown session", vec![("Mcp-Session-Id", "x")], plain.clone(), 404, Some(-32600)),
        (
            "well-formed unknown session",
            vec![("Mcp-Session-Id", "00000000000000000000000000000000")],
            plain.clone(),
            404,
            Some(-32600),
        ),
        ("two sessions", vec![session, ("Mcp-Session-Id", "x")], plain.clone(), 400, Some(-32600)),
        (
            "unknown method",
            vec![version(V26), ("Mcp-Method", "un/known")],
            stateless(5, "un/known", json!({})),
            404,
            Some(-32601),
        ),
        (
            "unknown method in a session",
            vec![session],
            request(5, "un/known", json!({})),
            200,
            Some(-32601),
        ),
        (
            "undeclared feature in a session",
            vec![session],
            request(5, "server/discover", json!({})),
            200,
            Some(-32601),
        ),
        (
            "second initialize",
            vec![session],
            initialize("2025-06-18").replace("\"id\":0", "\"id\":5"),
            200,
            Some(-32600),
        ),
        (
            "unknown tool",
            vec![version(V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "x")],
            stateless(5, "tools/call", call("x", json!({}))),
            200,
            Some(-32602),
        ),
        (
            "no name at all",
            vec![version(V26), ("Mcp-Method", "tools/call")],
            stateless(5, "tools/call", json!({})),
            200,
            Some(-32602),
        ),
    ];
    for (what, headers, body, status, code) in rows {
        let response = client.post(&headers, &body).await;
        assert_eq!((response.status(), response.code()), (status, code), "{what}: {response:?}");
        assert_eq!(
            response.json()["id"],
            if what == "two sessions" { json!(null) } else { json!(5) },
            "{what}"
        );
    }
    for method in ["initialize", "ping", "logging/setLevel"] {
        let headers = modern(method);
        let response = client.post(&headers, &stateless(5, method, json!({}))).await;
        assert_eq!((response.status(), response.code()), (404, Some(-32601)), "{method}");
    }
}

#[tokio::test]
async fn an_unsupported_version_names_those_served() {
    let served = served();
    let mut client = Connection::open(served.address).await;
    let headers = [("MCP-Protocol-Version", "v999"), ("Mcp-Method", "tools/list")];
    let body = stateless(1, "tools/list", json!({ "_meta": meta("v999") }));
    let data = client.post(&headers, &body).await.json()["error"]["data"].clone();
    assert_eq!(data["requested"], "v999");
    assert_eq!(data["supported"].as_array().unwrap().len(), 5);
}
