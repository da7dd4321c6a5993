//! How long clients may keep what they get.

use std::time::Duration;

use mcp_runtime::testing;
use mcp_runtime::{CacheScope, Revision, Server, prompt, resource, tool, tools};
use serde_json::{Value, json};

/// Says its own.
#[resource("own://both", ttl = "2m", scope = "private")]
fn both() -> &'static str {
    ""
}

/// Is never to be kept.
#[resource("own://age", ttl = "0s")]
fn age() -> &'static str {
    ""
}

/// Says nothing.
#[resource("own://{nothing}/here")]
fn nothing(nothing: String) -> String {
    nothing
}

/// A tool.
#[tool]
fn one() {}

/// Another.
#[tool]
fn two() {}

/// A prompt.
#[prompt]
fn ask() -> &'static str {
    ""
}

fn server() -> Server {
    Server::new("test", "1").page_size(1).with(tools![both, age, nothing, one, two, ask])
}

const READS: [&str; 3] = ["own://both", "own://age", "own://x/here"];

/// The hints of every result that may have some, in one order.
async fn hints(server: Server, revision: Revision) -> Vec<(Value, Value)> {
    let client = testing::connect_at(server, revision).await.unwrap();
    let mut hints = Vec::new();
    let mut ask = async |method: &str, params: Value| {
        let result = client.request(method, params).await.unwrap();
        hints.push((result["ttlMs"].clone(), result["cacheScope"].clone()));
        result
    };
    for uri in READS {
        ask("resources/read", json!({ "uri": uri })).await;
    }
    for method in ["resources/list", "resources/templates/list", "prompts/list"] {
        ask(method, json!({})).await;
    }
    let first = ask("tools/list", json!({})).await;
    ask("tools/list", json!({ "cursor": first["nextCursor"] })).await;
    if revision == Revision::V2026_07_28 {
        ask("server/discover", json!({})).await;
    }
    for (method, name) in [("tools/call", "one"), ("prompts/get", "ask")] {
        let result = client.request(method, json!({ "name": name })).await.unwrap();
        assert!(result.get("ttlMs").is_none() && result.get("cacheScope").is_none(), "{result}");
    }
    hints
}

fn hint(ttl: u64, scope: &str) -> (Value, Value) {
    (json!(ttl), json!(scope))
}

#[tokio::test]
async fn nothing_is_kept_unless_somebody_says_so() {
    let mut expected = vec![hint(0, "private"); 9];
    expected[0] = hint(120_000, "private");
    assert_eq!(hints(server(), Revision::V2026_07_28).await, expected);
}

#[tokio::test]
async fn what_a_server_says_holds_where_a_resource_says_nothing() {
    let server = server().cache(Duration::from_secs(60), CacheScope::Public);
    let mut expected = vec![hint(60_000, "public"); 9];
    expected[0] = hint(120_000, "private");
    expected[1] = hint(0, "public");
    assert_eq!(hints(server, Revision::V2026_07_28).await, expected);
}

#[tokio::test]
async fn sessions_know_no_hints() {
    for revision in Revision::ALL.into_iter().filter(|one| *one != Revision::V2026_07_28) {
        let server = server().cache(Duration::from_secs(60), CacheScope::Public);
        let none = vec![(Value::Null, Value::Null); 8];
        assert_eq!(hints(server, revision).await, none, "{revision}");
    }
}
