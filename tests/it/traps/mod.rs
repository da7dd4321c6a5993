//! Where servers of two eras go wrong: each trap is a test, named after the rule.
//!
//! [`http`] and [`stdio`] decide which era a request belongs to; [`replies`],
//! [`exchanges`] and [`changes`] are what clients and the official suite stumble over after that. "Modern" is a request that
//! describes itself in its `_meta`, "legacy" one of a session. What belongs to tasks and to skills
//! is tested with these.

mod changes;
mod exchanges;
mod http;
mod replies;
#[cfg(unix)]
mod stdio;

use serde_json::{Value, json};

use crate::http::{V26, meta, request, served, server, stateless};
use crate::raw::{Connection, Response};
use crate::served::serve;

const LEGACY: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

/// What only sessions have: none of them is a method of the modern era.
const OF_SESSIONS: [&str; 5] =
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

fn version(version: &str) -> (&str, &str) {
    ("MCP-Protocol-Version", version)
}

fn session(id: &str) -> (&str, &str) {
    ("Mcp-Session-Id", id)
}

/// The headers of a modern request.
fn modern(method: &str) -> [(&str, &str); 2] {
    [version(V26), ("Mcp-Method", method)]
}

/// A modern request that names a version.
fn listing_at(version: &str) -> String {
    stateless(5, "tools/list", json!({ "_meta": meta(version) }))
}

/// A request of a session.
fn plain() -> String {
    request(5, "tools/list", json!({}))
}

/// The metas that are not whole, and so those of no request.
fn half_metas() -> Vec<Value> {
    let without = |name: &str| {
        let mut meta = meta(V26);
        meta.as_object_mut().unwrap().remove(&format!("io.modelcontextprotocol/{name}"));
        meta
    };
    let mut listed = meta(V26);
    listed["io.modelcontextprotocol/clientCapabilities"] = json!([]);
    vec![without("protocolVersion"), without("clientCapabilities"), listed]
}

/// The response is a refusal of the request with the id 5, in JSON: a client of both eras reads
/// there whom it talks to (streamable-http, "Backward compatibility").
fn assert_refused(response: &Response, status: u16, code: i64) {
    assert_eq!((response.status(), response.code()), (status, Some(code)), "{response:?}");
    assert_eq!(response.json()["id"], 5, "{response:?}");
}

fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{message}"))
}
