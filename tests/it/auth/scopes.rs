//! Functions that need scopes, in memory: what a caller may use, and what they see.

use std::time::Duration;

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{
    AskError, CacheScope, Context, Elicited, Principal, Revision, Server, prompt, resource, tool,
    tools,
};
use serde_json::{Value, json};

/// Reads.
#[tool(scopes("files:read"))]
fn read() -> &'static str {
    "read"
}

/// Writes, and has to read for it.
#[tool(scopes("files:read", "files:write"))]
fn write() -> &'static str {
    "written"
}

/// Needs nothing.
#[tool]
fn whoami(ctx: &Context) -> Value {
    let principal = ctx.principal();
    json!({
        "subject": principal.map(Principal::subject),
        "scopes": principal.map(|principal| principal.scopes().collect::<Vec<_>>()),
        "claim": principal.and_then(|principal| principal.claim("team")),
    })
}

/// For some.
#[resource("memo://plan", scopes("plan:read"), scope = "public", ttl = "60s")]
fn plan() -> &'static str {
    "secret"
}

/// For all.
#[resource("memo://menu", scope = "public", ttl = "60s")]
fn menu() -> &'static str {
    "soup"
}

/// For some, by name.
#[resource("memo://plans/{name}", scopes("plan:read"))]
fn plans(#[complete(["north", "south"])] name: String) -> String {
    name
}

/// For some.
#[prompt(scopes("plan:read"))]
fn brief(#[complete(["short", "long"])] length: String) -> String {
    length
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Sure {
    sure: bool,
}

/// Asks first.
#[tool]
async fn wipe(ctx: &Context) -> Result<bool, AskError> {
    let answer = ctx.elicit::<Sure>("Sure?").await?;
    Ok(matches!(answer, Elicited::Accepted(Sure { sure: true })))
}

fn server() -> Server {
    Server::new("files", "1.0.0")
        .with(tools![read, write, whoami, plan, menu, plans, brief, wipe])
        .cache(Duration::from_secs(60), CacheScope::Public)
        .scope_implies("files:write", ["files:read"])
        .scope_implies("admin", ["files:write", "plan:read"])
        .state_key("0a".repeat(32))
}

fn ada(scopes: &[&str]) -> Principal {
    Principal::new("ada").with_issuer("https://id.example").with_scopes(scopes.iter().copied())
}

async fn client(revision: Revision, principal: Principal) -> Client {
    testing::connect_as(server(), revision, principal).await.unwrap()
}

async fn holding(scopes: &[&str]) -> Client {
    client(Revision::V2026_07_28, ada(scopes)).await
}

async fn names(client: &Client, what: &str) -> Vec<String> {
    let items = client.list(what).await.unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_call_needs_every_scope_of_its_function() {
    for (held, may_read, may_write) in [
        (&[][..], false, false),
        (&["files:read"], true, false),
        (&["files:write"], true, true),
        (&["admin"], true, true),
        (&["plan:read", "files"], false, false),
    ] {
        for revision in [Revision::V2024_11_05, Revision::V2025_11_25, Revision::V2026_07_28] {
            let client = client(revision, ada(held)).await;
            for (tool, may) in [("read", may_read), ("write", may_write), ("whoami", true)] {
                let called = client.call(tool, ()).await;
                assert_eq!(called.is_ok(), may, "{held:?} {tool} {revision} {called:?}");
            }
        }
    }
    let error = holding(&["files:read"]).await.call("write", ()).await.unwrap_err();
    assert_eq!(error.code(), -32602);
    assert!(error.message().contains("needs the scopes: files:read files:write"), "{error}");
}

#[tokio::test]
async fn who_started_the_process_may_do_everything() {
    let client = testing::connect(server()).await.unwrap();
    assert_eq!(client.call("write", ()).await.unwrap().text(), "written");
    assert_eq!(names(&client, "tools").await, ["read", "write", "whoami", "wipe"]);
    let who: Value = client.call("whoami", ()).await.unwrap().structured();
    assert_eq!(who["result"], json!({ "subject": null, "scopes": null, "claim": null }));
}

#[tokio::test]
async fn a_function_is_told_who_calls() {
    let claims = json!({ "team": "search" }).as_object().unwrap().clone();
    let principal = ada(&["files:read", "a"]).with_claims(claims);
    let client = client(Revision::V2026_07_28, principal).await;
    let who: Value = client.call("whoami", ()).await.unwrap().structured();
    let expected = json!({ "subject": "ada", "scopes": ["a", "files:read"], "claim": "search" });
    assert_eq!(who["result"], expected);
}

#[tokio::test]
async fn lists_hold_what_the_caller_may_use() {
    for (held, tools, resources, templates, prompts) in [
        (&[][..], &["whoami", "wipe"][..], &["menu"][..], &[][..], &[][..]),
        (&["files:read"], &["read", "whoami", "wipe"], &["menu"], &[], &[]),
        (&["plan:read"], &["whoami", "wipe"], &["menu", "plan"], &["plans"], &["brief"]),
        (
            &["admin"],
            &["read", "write", "whoami", "wipe"],
            &["menu", "plan"],
            &["plans"],
            &["brief"],
        ),
    ] {
        let client = holding(held).await;
        let lists = [
            ("tools", tools),
            ("resources", resources),
            ("resources/templates", templates),
            ("prompts", prompts),
        ];
        for (list, expected) in lists {
            let mut listed = names(&client, list).await;
            if list == "resources" {
                listed.sort();
            }
            assert_eq!(listed, expected, "{held:?} {list}");
        }
    }
}

#[tokio::test]
async fn what_not_everybody_sees_is_for_nobody_else_to_keep() {
    let client = holding(&["admin"]).await;
    for list in ["tools", "resources", "resources/templates", "prompts"] {
        let page = client.request(&format!("{list}/list"), json!({})).await.unwrap();
        assert_eq!(page["cacheScope"], "private", "{list}");
        assert_eq!(page["ttlMs"], 60_000);
    }
    let read = async |uri| client.request("resources/read", json!({ "uri": uri })).await.unwrap();
    assert_eq!(read("memo://plan").await["cacheScope"], "private");
    assert_eq!(read("memo://menu").await["cacheScope"], "public");
    let open =
        Server::new("open", "1").with(tools![whoami]).cache(Duration::ZERO, CacheScope::Public);
    let client = testing::connect_as(open, Revision::V2026_07_28, ada(&[])).await.unwrap();
    let page = client.request("tools/list", json!({})).await.unwrap();
    assert_eq!(page["cacheScope"], "public", "everybody sees the same");
}

#[tokio::test]
async fn a_cursor_tells_nothing_of_what_its_caller_does_not_see() {
    let connect = async |scopes: &[&str]| {
        let server = server().page_size(1);
        testing::connect_as(server, Revision::V2026_07_28, ada(scopes)).await.unwrap()
    };
    let (admin, guest) = (connect(&["admin"]).await, connect(&[]).await);
    let page = admin.request("tools/list", json!({})).await.unwrap();
    let cursor = json!({ "cursor": page["nextCursor"] });
    assert!(admin.request("tools/list", &cursor).await.is_ok());
    assert_eq!(guest.request("tools/list", &cursor).await.unwrap_err().code(), -32602);
    assert_eq!(names(&guest, "tools").await, ["whoami", "wipe"], "page by page");
}

#[tokio::test]
async fn reading_getting_completing_and_subscribing_need_scopes_too() {
    let argument = json!({ "name": "length", "value": "" });
    let requests = [
        ("resources/read", json!({ "uri": "memo://plan" })),
        ("resources/read", json!({ "uri": "memo://plans/north" })),
        ("prompts/get", json!({ "name": "brief", "arguments": { "length": "short" } })),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/prompt", "name": "brief" }, "argument": argument }),
        ),
        (
            "completion/complete",
            json!({ "ref": { "type": "ref/resource", "uri": "memo://plans/{name}" }, "argument": argument }),
        ),
        ("resources/subscribe", json!({ "uri": "memo://plan" })),
    ];
    let guest = client(Revision::V2025_11_25, ada(&["files:read"])).await;
    let planner = client(Revision::V2025_11_25, ada(&["plan:read"])).await;
    for (method, params) in requests {
        let error = guest.request(method, &params).await.unwrap_err();
        assert!(error.message().contains("needs the scopes: plan:read"), "{method} {error}");
        planner.request(method, &params).await.unwrap();
    }
}

#[tokio::test]
async fn changes_of_a_resource_are_told_to_who_may_read_it() {
    for (held, told) in
        [(&[][..], json!(["memo://menu"])), (&["plan:read"], json!(["memo://menu", "memo://plan"]))]
    {
        let client = holding(held).await;
        let wanted = json!({ "resourceSubscriptions": ["memo://menu", "memo://plan"] });
        client.send(&json!({
            "jsonrpc": "2.0", "id": 99, "method": "subscriptions/listen",
            "params": { "notifications": wanted, "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            } },
        }));
        let mut said = Vec::new();
        crate::raw::patient(async {
            while said.is_empty() {
                tokio::task::yield_now().await;
                said = client.notifications();
            }
        })
        .await;
        let mut uris = said[0]["params"]["notifications"]["resourceSubscriptions"].clone();
        uris.as_array_mut().unwrap().sort_by_key(Value::to_string);
        assert_eq!(uris, told, "{held:?}");
    }
}

#[tokio::test]
async fn a_state_is_its_callers() {
    let capable = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
    });
    let call = json!({ "name": "wipe", "arguments": {}, "_meta": capable });
    let first = holding(&[]).await.request("tools/call", &call).await.unwrap();
    let key = first["inputRequests"].as_object().unwrap().keys().next().unwrap().clone();
    let mut again = call.clone();
    again["requestState"] = first["requestState"].clone();
    again["inputResponses"] = json!({ key: { "action": "accept", "content": { "sure": true } } });
    let others = [
        Principal::new("bob").with_issuer("https://id.example"),
        Principal::new("ada").with_issuer("https://other.example"),
        Principal::new("ada"),
    ];
    for other in others {
        let client = client(Revision::V2026_07_28, other).await;
        let error = client.request("tools/call", &again).await.unwrap_err();
        assert_eq!(error.code(), -32602, "{error}");
    }
    let local = testing::connect(server()).await.unwrap();
    assert_eq!(local.request("tools/call", &again).await.unwrap_err().code(), -32602);
    let another_token = holding(&["files:read"]).await;
    let done = another_token.request("tools/call", &again).await.unwrap();
    assert_eq!(done["structuredContent"]["result"], true, "{done}");
}
