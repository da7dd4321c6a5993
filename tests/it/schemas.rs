//! Schemas the author wrote.

use mcp_runtime::testing;
use mcp_runtime::{Item, Server, tool, tools};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Value, json};

const BACKWARDS: &str = r#"{
    "type": "object", "x-b": [1.0, "a  b"], "properties": { "z": {}, "a": {} }
}"#;

/// Has its own schemas.
#[tool(input_schema = BACKWARDS, output_schema = r#"{"type":"object"}"#)]
fn own(z: Option<u8>) -> Value {
    match z {
        Some(z) => json!({ "z": z }),
        None => json!(null),
    }
}

/// Sends the raw message, for the order of keys is not in a `Value`.
#[tokio::test]
async fn what_the_author_wrote_is_what_clients_get() {
    let service = Server::new("test", "1").with(tools![own]);
    let manifest = service.manifest().unwrap();
    assert_eq!(manifest["tools"][0]["inputSchema"]["x-b"], json!([1.0, "a  b"]));
    let listed =
        crate::served::serve(|| Server::new("test", "1").with(tools![own]), Default::default());
    let mut client = crate::raw::Connection::open(listed.address).await;
    let headers = [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/list")];
    let list = crate::http::stateless(1, "tools/list", json!({}));
    let response = client.post(&headers, &list).await;
    let schema =
        r#""inputSchema":{"type":"object","x-b":[1.0,"a  b"],"properties":{"z":{},"a":{}}}"#;
    assert!(response.body.contains(schema), "{}", response.body);
}

#[tokio::test]
async fn a_value_that_is_no_object_breaks_the_promise() {
    let client = testing::connect(Server::new("test", "1").with(tools![own])).await.unwrap();
    let reply = client.call("own", json!({ "z": 3 })).await.unwrap();
    assert_eq!(reply.structured::<Value>(), json!({ "z": 3 }));
    let refusal = client.call("own", ()).await.unwrap_err();
    assert_eq!(refusal.code(), -32603);
}

mod wrong {
    use super::*;

    /// No JSON.
    #[tool(input_schema = "{", output_schema = "[]")]
    pub(super) fn twice() -> Value {
        json!({})
    }

    /// No object.
    #[tool(input_schema = r#"{"type":"array"}"#)]
    pub(super) fn list() {}

    /// No structured content.
    #[tool(output_schema = r#"{"type":"object"}"#)]
    pub(super) fn text() -> String {
        String::new()
    }

    /// Structured content that is no object.
    #[tool(output_schema = r#"{"type":"object"}"#)]
    pub(super) fn number() -> u8 {
        1
    }
}

#[tokio::test]
async fn wrong_schemas_are_found_at_start_all_at_once() {
    let items: [Item; 4] = tools![wrong::twice, wrong::list, wrong::text, wrong::number];
    let error = testing::connect(Server::new("test", "1").with(items)).await.unwrap_err();
    let error = error.to_string();
    let lines: Vec<_> = error.lines().collect();
    let expected = [
        ("`twice`", "`input_schema` is not JSON: "),
        ("`twice`", "`output_schema` is not the schema of an object"),
        ("`list`", "`input_schema` is not the schema of an object"),
        ("`text`", "describes structured content, and this returns none"),
        ("`number`", "describes an object, and this returns none"),
    ];
    assert_eq!(lines.len(), expected.len(), "{error}");
    for (line, (tool, wrong)) in lines.iter().zip(expected) {
        assert!(
            line.contains(tool) && line.contains("schemas.rs:") && line.contains(wrong),
            "{line}"
        );
    }
}

#[derive(Deserialize, JsonSchema)]
struct Place {
    #[schemars(extend("x-mcp-header" = "a b"))]
    zone: String,
}

/// Takes a type that asks for a header nobody can send.
#[tool]
fn place(at: Place) -> String {
    at.zone
}

#[tokio::test]
async fn what_only_a_type_says_is_looked_at_late() {
    let server = || Server::new("test", "1").with(tools![place]);
    let error = server().manifest().unwrap_err().to_string();
    assert!(error.contains("tool `place` at") && error.contains("`at.zone`"), "{error}");
    let client = testing::connect(server()).await.unwrap();
    let reply = client.call("place", json!({ "at": { "zone": "x" } })).await.unwrap();
    assert_eq!(reply.text(), "x");
    let listed = client.list("tools").await.unwrap();
    assert_eq!(listed[0]["inputSchema"]["properties"]["at"]["required"], json!(["zone"]));
}

#[derive(Deserialize)]
struct Unsure(u8);

impl JsonSchema for Unsure {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Unsure".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        panic!("nobody knows");
    }
}

/// Takes a type whose author did not finish it.
#[tool]
fn guess(at: Unsure) -> u8 {
    at.0
}

#[tokio::test]
async fn a_schema_that_panics_is_that_of_any_object() {
    let client = testing::connect(Server::new("test", "1").with(tools![guess])).await.unwrap();
    for _ in 0..2 {
        let listed = client.list("tools").await.unwrap();
        assert_eq!(listed[0]["inputSchema"], json!({ "type": "object" }));
    }
    assert_eq!(client.call("guess", json!({ "at": 3 })).await.unwrap().text(), "3");
}
