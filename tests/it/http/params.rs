//! Arguments that headers repeat.

use serde_json::json;

use super::*;

/// Says where.
#[tool]
fn start(
    #[arg(header = "Region")] region: &str,
    #[arg(header = "Copies")] copies: Option<i64>,
    #[arg(header = "Urgent")] urgent: Option<bool>,
) -> String {
    format!("{region} {copies:?} {urgent:?}")
}

/// Has a schema by hand, and a value inside another.
#[tool(
    input_schema = r#"{"type":"object","properties":{"at":{"type":"object","properties":{"zone":{"type":"string","x-mcp-header":"Zone"}}}}}"#
)]
fn inside(at: Value) -> String {
    at["zone"].to_string()
}

/// Cannot be.
#[tool]
fn float(#[arg(header = "Ratio")] ratio: Ratio) {
    let _ = ratio;
}

type Ratio = f64;

fn with_params() -> Served {
    serve(|| Server::new("test", "1").with(tools![start, inside]), HttpOptions::default())
}

async fn ask(served: &Served, tool: &str, arguments: Value, params: &[(&str, &str)]) -> Response {
    let mut client = Connection::open(served.address).await;
    let mut headers =
        vec![("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool)];
    headers.extend(params);
    client.post(&headers, &stateless(1, "tools/call", call(tool, arguments))).await
}

#[tokio::test]
async fn headers_and_arguments_agree_or_the_call_is_refused() {
    let served = with_params();
    let accepted: &[(Value, &[(&str, &str)])] = &[
        (json!({ "region": "Hello" }), &[("Mcp-Param-Region", "Hello")]),
        (json!({ "region": "Hello" }), &[("mcp-param-region", "  Hello ")]),
        (json!({ "region": "Hello" }), &[("Mcp-Param-Region", "=?base64?SGVsbG8=?=")]),
        (json!({ "region": "SGVsbG8=" }), &[("Mcp-Param-Region", "SGVsbG8=")]),
        (json!({ "region": "=?base64?SGVsbG8=" }), &[("Mcp-Param-Region", "=?base64?SGVsbG8=")]),
        (json!({ "region": "a", "copies": null }), &[("Mcp-Param-Region", "a")]),
        (
            json!({ "region": "a", "copies": 42 }),
            &[("Mcp-Param-Region", "a"), ("Mcp-Param-Copies", "42.0")],
        ),
        (
            json!({ "region": "a", "urgent": true }),
            &[("Mcp-Param-Region", "a"), ("Mcp-Param-Urgent", "true")],
        ),
        (json!({ "region": "a" }), &[("Mcp-Param-Region", "a"), ("Mcp-Param-Other", "x")]),
    ];
    for (arguments, params) in accepted {
        let response = ask(&served, "start", arguments.clone(), params).await;
        assert_eq!(response.status(), 200, "{arguments} {params:?} {response:?}");
    }
    let refused: &[(Value, &[(&str, &str)])] = &[
        (json!({ "region": "Hello" }), &[]),
        (json!({ "region": "Hello" }), &[("Mcp-Param-Region", "hello")]),
        (json!({ "region": "Hello" }), &[("Mcp-Param-Region", "=?base64?SGVsbG8?=")]),
        (json!({ "region": "Hello" }), &[("Mcp-Param-Region", "=?base64?SGVs!!!bG8=?=")]),
        (json!({ "region": "a" }), &[("Mcp-Param-Region", "a"), ("Mcp-Param-Region", "a")]),
        (json!({ "region": "a" }), &[("Mcp-Param-Region", "a"), ("Mcp-Param-Copies", "1")]),
        (
            json!({ "region": "a", "copies": null }),
            &[("Mcp-Param-Region", "a"), ("Mcp-Param-Copies", "1")],
        ),
        (
            json!({ "region": "a", "copies": 42 }),
            &[("Mcp-Param-Region", "a"), ("Mcp-Param-Copies", "43")],
        ),
        (
            json!({ "region": "a", "urgent": true }),
            &[("Mcp-Param-Region", "a"), ("Mcp-Param-Urgent", "1")],
        ),
        (json!({}), &[("Mcp-Param-Region", "a")]),
    ];
    for (arguments, params) in refused {
        let response = ask(&served, "start", arguments.clone(), params).await;
        assert_eq!(response.status(), 400, "{arguments} {params:?} {response:?}");
        assert_eq!(response.code(), Some(-32020), "{response:?}");
    }
}

#[tokio::test]
async fn a_schema_by_hand_may_mirror_what_is_inside() {
    let served = with_params();
    let arguments = json!({ "at": { "zone": "b" } });
    let response = ask(&served, "inside", arguments.clone(), &[("Mcp-Param-Zone", "b")]).await;
    assert_eq!(response.status(), 200, "{response:?}");
    let response = ask(&served, "inside", arguments, &[]).await;
    assert_eq!(response.code(), Some(-32020), "{response:?}");
}

#[tokio::test]
async fn sessions_and_other_transports_know_no_such_headers() {
    let served = with_params();
    let mut client = Connection::open(served.address).await;
    let id = client.initialize("2025-11-25").await;
    let body = request(1, "tools/call", call("start", json!({ "region": "a" })));
    let headers = [("Mcp-Session-Id", &*id), ("Mcp-Param-Region", "b")];
    assert_eq!(
        client.post(&headers, &body).await.json()["result"]["content"][0]["text"],
        "a None None"
    );

    let server = Server::new("test", "1").with(tools![start]);
    let client = mcp_runtime::testing::connect(server).await.unwrap();
    assert_eq!(client.call("start", json!({ "region": "a" })).await.unwrap().text(), "a None None");
    let listed = client.list("tools").await.unwrap();
    assert_eq!(listed[0]["inputSchema"]["properties"]["region"]["x-mcp-header"], "Region");
}

#[tokio::test]
async fn a_type_the_compiler_does_not_see_is_refused_at_start() {
    let server = Server::new("test", "1").with(tools![float]);
    let error = mcp_runtime::testing::connect(server).await.unwrap_err().to_string();
    assert!(error.contains("tool `float` at ") && error.contains("`ratio`"), "{error}");
    assert!(error.contains("only text, an integer or a bool"), "{error}");
}
