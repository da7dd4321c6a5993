//! Golden messages: what goes over the wire, per revision.
//!
//! `tests/golden/<revision>.jsonl` has, for each exchange, the request, what the server said, and
//! an empty line; behind them, for each change of the server, what clients are told. `UPDATE_GOLDEN=1 cargo test golden` writes the files; read the diff.

use std::fmt::Write;
use std::path::Path;

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Item, LogLevel, Revision, ServerHandle, tools};
use serde_json::{Value, json};

use crate::kitchen;

/// Every exchange: method and params.
pub(crate) fn exchanges() -> Vec<(&'static str, Value)> {
    let call =
        |name, arguments: Value| ("tools/call", json!({ "name": name, "arguments": arguments }));
    let read = |uri| ("resources/read", json!({ "uri": uri }));
    let get =
        |name, arguments: Value| ("prompts/get", json!({ "name": name, "arguments": arguments }));
    let complete = |reference: Value, name, value| {
        let argument = json!({ "name": name, "value": value });
        ("completion/complete", json!({ "ref": reference, "argument": argument }))
    };
    vec![
        ("server/discover", json!({})),
        ("ping", json!({})),
        ("tools/list", json!({})),
        ("tools/list", json!({ "cursor": "dG9vbHMgbm90aGluZw" })),
        ("tools/list", json!({ "cursor": "nonsense" })),
        ("resources/list", json!({})),
        ("resources/templates/list", json!({})),
        ("prompts/list", json!({})),
        call("echo", json!({ "text": "hi \"there\"\n\u{1F980}" })),
        call("add", json!({ "a": 1, "b": 2 })),
        call("add", json!({ "a": "1", "b": 2, "c": 3 })),
        call("search", json!({ "query": "q", "tags": ["a", "b"], "order": "down" })),
        call("search", json!({ "query": "q", "tags": "[\"a\"]", "limit": "1" })),
        call("search", json!({ "query": "q", "tag": ["a"], "order": "sideways" })),
        call("search", json!({ "query": 1, "tags": [] })),
        call("nothing", json!({})),
        ("tools/call", json!({ "name": "nothing" })),
        call("show", json!({})),
        call("count", json!({ "to": 2 })),
        (
            "tools/call",
            json!({ "name": "count", "arguments": { "to": 2 }, "_meta": { "progressToken": "p-1" } }),
        ),
        call("fail", json!({ "how": "text" })),
        call("fail", json!({ "how": "parse" })),
        call("fail", json!({ "how": "internal" })),
        call("fail", json!({ "how": "panic" })),
        call("contact", json!({ "name": "Ada", "address": { "number": 7 } })),
        call("contact", json!({ "name": "Ada", "address": { "number": "7" }, "phone": 1 })),
        call("contact", json!({ "nam": "Ada" })),
        call("missing", json!({})),
        call("add", json!([1, 2])),
        call("nothing", json!([1])),
        ("tools/call", json!({ "arguments": {} })),
        read("config://app"),
        read("image://dot"),
        read("users://7/profile"),
        read("users://700/profile"),
        read("users://x/profile"),
        read("logs://monday?level=warn"),
        read("logs://monday?level=secret"),
        read("nothing://here"),
        ("resources/subscribe", json!({ "uri": "config://app" })),
        ("resources/unsubscribe", json!({ "uri": "config://app" })),
        ("resources/read", json!({})),
        get("review", json!({ "code": "fn main() {}", "order": "up", "lines": "3" })),
        get("review", json!({ "lines": "many" })),
        get("hello", json!({})),
        ("prompts/get", json!({ "name": "hello" })),
        get("missing", json!({})),
        complete(json!({ "type": "ref/prompt", "name": "review" }), "order", ""),
        complete(json!({ "type": "ref/prompt", "name": "review" }), "code", "fn"),
        complete(json!({ "type": "ref/prompt", "name": "review" }), "nothing", ""),
        complete(json!({ "type": "ref/prompt", "name": "missing" }), "order", ""),
        complete(json!({ "type": "ref/resource", "uri": "logs://{day}{?level}" }), "day", "MON"),
        complete(json!({ "type": "ref/resource", "uri": "config://app" }), "day", ""),
        complete(json!({ "type": "ref/resource", "uri": "nothing://here" }), "day", ""),
        ("completion/complete", json!({ "ref": { "type": "ref/tool", "name": "add" } })),
        ("logging/setLevel", json!({ "level": "error" })),
        ("logging/setLevel", json!({ "level": "loud" })),
        call("count", json!({ "to": 1 })),
        ("unknown/method", json!({})),
    ]
}

/// The exchanges of one revision as text.
async fn transcript(revision: Revision) -> String {
    let mut transcript = String::new();
    let stateless = revision == Revision::V2026_07_28;
    let server = kitchen::server();
    let handle = server.handle();
    let client = testing::connect_at(server, revision).await.unwrap();
    if !stateless {
        let params = json!({ "protocolVersion": revision.as_str(), "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } });
        let fresh = testing::connect_raw(kitchen::server()).await.unwrap();
        exchange(&mut transcript, &fresh, "initialize", params).await;
    }
    for (method, mut params) in exchanges() {
        if stateless && method == "tools/call" && params["name"] == "count" {
            params["_meta"]["io.modelcontextprotocol/logLevel"] = json!(LogLevel::Info);
        }
        exchange(&mut transcript, &client, method, params).await;
    }
    let told = json!({ "uri": "config://app" });
    match stateless {
        false => exchange(&mut transcript, &client, "resources/subscribe", told.clone()).await,
        true => listen(&mut transcript, &client).await,
    }
    for (what, change) in changes() {
        change(&handle);
        told_of(&mut transcript, &client, what).await;
    }
    if !stateless {
        exchange(&mut transcript, &client, "resources/unsubscribe", told).await;
        handle.notify_updated("config://app");
        told_of(&mut transcript, &client, "config://app again").await;
    }
    transcript
}

/// What a client knows it by, and what makes it.
type Change = (&'static str, fn(&ServerHandle));

/// Everything that clients are told of.
fn changes() -> [Change; 4] {
    fn disable<const N: usize>(handle: &ServerHandle, items: [Item; N]) {
        handle.update(|update| update.disable(items)).unwrap();
    }
    [
        ("tools", |handle| disable(handle, tools![kitchen::echo])),
        ("prompts", |handle| disable(handle, tools![kitchen::hello])),
        ("resources", |handle| disable(handle, tools![kitchen::dot])),
        ("config://app", |handle| handle.notify_updated("config://app")),
    ]
}

/// Listens to everything; the reply would come at the end of the server.
async fn listen(transcript: &mut String, client: &Client) {
    let filter = json!({
        "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
        "resourceSubscriptions": ["config://app", "nothing://here"],
    });
    let params = json!({ "notifications": filter });
    writeln!(transcript, "{}", json!({ "method": "subscriptions/listen", "params": params }))
        .unwrap();
    let request = crate::http::stateless(1000, "subscriptions/listen", params);
    client.send(&serde_json::from_str(&request).unwrap());
    told(transcript, client).await;
}

/// What has come by now, for it comes before another reply.
async fn told(transcript: &mut String, client: &Client) {
    client.list("prompts").await.unwrap();
    for message in client.notifications() {
        writeln!(transcript, "{message}").unwrap();
    }
    transcript.push('\n');
}

async fn told_of(transcript: &mut String, client: &Client, change: &str) {
    writeln!(transcript, "{}", json!({ "change": change })).unwrap();
    told(transcript, client).await;
}

async fn exchange(transcript: &mut String, client: &Client, method: &str, params: Value) {
    writeln!(transcript, "{}", json!({ "method": method, "params": params })).unwrap();
    let reply = match client.request(method, params).await {
        Ok(result) => json!({ "result": result }),
        Err(refusal) => json!({ "error": refusal.as_value() }),
    };
    for message in client.notifications().into_iter().chain([reply]) {
        writeln!(transcript, "{message}").unwrap();
    }
    transcript.push('\n');
}

async fn golden(revision: Revision) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{revision}.jsonl"));
    let transcript = transcript(revision).await;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &transcript).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (said, golden)) in transcript.lines().zip(expected.lines()).enumerate() {
        assert_eq!(
            said,
            golden,
            "{}:{} (UPDATE_GOLDEN=1 writes it anew)",
            path.display(),
            line + 1
        );
    }
    assert_eq!(transcript.lines().count(), expected.lines().count(), "{}", path.display());
}

#[tokio::test]
async fn messages_of_2024_11_05() {
    golden(Revision::V2024_11_05).await;
}

#[tokio::test]
async fn messages_of_2025_03_26() {
    golden(Revision::V2025_03_26).await;
}

#[tokio::test]
async fn messages_of_2025_06_18() {
    golden(Revision::V2025_06_18).await;
}

#[tokio::test]
async fn messages_of_2025_11_25() {
    golden(Revision::V2025_11_25).await;
}

#[tokio::test]
async fn messages_of_2026_07_28() {
    golden(Revision::V2026_07_28).await;
}
