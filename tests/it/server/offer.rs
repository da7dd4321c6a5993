//! What a server offers: its names, its capabilities, its manifest.

use mcp_runtime::{Server, testing, tools};
use serde_json::json;

use super::connect;

/// Does nothing.
#[mcp_runtime::tool]
fn idle() {}

mod one {
    /// The first.
    #[mcp_runtime::tool(name = "same")]
    pub(super) fn first() {}
}

mod other {
    /// The second.
    #[mcp_runtime::tool(name = "same")]
    pub(super) fn second() {}

    /// A third.
    #[mcp_runtime::prompt(name = "same")]
    pub(super) fn third() -> &'static str {
        ""
    }
}

#[tokio::test]
async fn duplicate_names_are_refused_with_both_places() {
    let server = Server::new("test", "1").with(tools![one::first, other::second, other::third]);
    let error = testing::connect(server).await.unwrap_err().to_string();
    assert!(error.starts_with("two tools are called `same`: at "), "{error}");
    assert_eq!(error.matches("offer.rs:").count(), 2, "{error}");
    assert!(
        error.contains("it::server::offer::one") && error.contains("it::server::offer::other"),
        "{error}"
    );
    assert_eq!(error.lines().count(), 1, "a prompt may share a tool's name: {error}");
}

#[tokio::test]
async fn what_is_not_offered_is_not_served() {
    let client = connect(tools![super::add]).await;
    for what in ["resources", "resources/templates", "prompts"] {
        assert_eq!(client.list(what).await.unwrap_err().code(), -32601, "{what}");
    }
    assert_eq!(client.list("tools").await.unwrap().len(), 1);
    let capabilities =
        client.request("server/discover", json!({})).await.unwrap()["capabilities"].clone();
    assert_eq!(capabilities, json!({ "logging": {}, "tools": { "listChanged": true } }));
}

#[test]
fn the_manifest_is_stable_and_sorted() {
    let one = Server::new("test", "1").with(tools![idle, super::add]).manifest().unwrap();
    let other = Server::new("test", "1").with(tools![super::add, idle]).manifest().unwrap();
    assert_eq!(one.to_string(), other.to_string());
    assert_eq!(one["manifestVersion"], 1);
    assert_eq!(one["tools"][0]["name"], "add");
    assert_eq!(one["tools"][0]["outputSchema"]["properties"]["result"]["type"], "integer");
}
