//! What a server offers changes while it runs.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Context, Error, Revision, Server, ServerHandle, prompt, resource, tool, tools};
use serde_json::{Value, json};
use tokio::sync::Notify;

#[tool]
fn a() -> &'static str {
    "a"
}

#[tool]
fn b() -> &'static str {
    "b"
}

#[tool]
fn c() -> &'static str {
    "c"
}

#[tool]
fn d() -> &'static str {
    "d"
}

mod other {
    #[mcp_runtime::tool]
    pub(super) fn b() -> &'static str {
        "another b"
    }
}

struct Db;

#[tool]
fn needs_state(_db: &Db) {}

fn server() -> Server {
    Server::new("test", "1").with(tools![a, b, c])
}

async fn connect(server: Server) -> (Client, ServerHandle) {
    let handle = server.handle();
    (testing::connect(server).await.unwrap(), handle)
}

/// The names or URIs of a list, in its order.
async fn listed(client: &Client, what: &str) -> Vec<String> {
    let key = |item: &Value| {
        ["uri", "uriTemplate", "name"].map(|key| item[key].as_str().map(str::to_owned))
    };
    let items = client.list(what).await.unwrap();
    items.iter().map(|item| key(item).into_iter().flatten().next().unwrap()).collect()
}

async fn said(client: &Client, tool: &str) -> Option<String> {
    client.call(tool, ()).await.ok().map(|reply| reply.text())
}

#[tokio::test]
async fn what_is_added_is_there_and_what_is_removed_is_not() {
    for revision in Revision::ALL {
        let server = server();
        let handle = server.handle();
        let client = testing::connect_at(server, revision).await.unwrap();
        assert_eq!(said(&client, "d").await, None);
        handle
            .update(|items| {
                items.add(tools![d]);
                items.remove(tools![a]);
            })
            .unwrap();
        assert_eq!(listed(&client, "tools").await, ["b", "c", "d"], "{revision}");
        assert_eq!(said(&client, "d").await.as_deref(), Some("d"));
        assert_eq!(client.call("a", ()).await.unwrap_err().code(), -32602);
    }
}

#[tokio::test]
async fn what_is_disabled_comes_back_to_its_place() {
    let (client, handle) = connect(server().disable(tools![b])).await;
    assert_eq!(listed(&client, "tools").await, ["a", "c"]);
    assert_eq!(client.call("b", ()).await.unwrap_err().code(), -32602);
    handle.update(|items| items.enable(tools![b])).unwrap();
    assert_eq!(listed(&client, "tools").await, ["a", "b", "c"]);
    assert_eq!(said(&client, "b").await.as_deref(), Some("b"));
    handle.update(|items| items.disable(tools![b])).unwrap();
    handle.update(|items| items.disable(tools![b])).unwrap();
    assert_eq!(said(&client, "b").await, None);
}

#[tokio::test]
async fn another_function_of_the_name_takes_the_place() {
    let (client, handle) = connect(server()).await;
    handle
        .update(|items| {
            items.remove(tools![b]);
            items.add(tools![other::b]);
        })
        .unwrap();
    assert_eq!(listed(&client, "tools").await, ["a", "b", "c"]);
    assert_eq!(said(&client, "b").await.as_deref(), Some("another b"));
    let error = handle.update(|items| items.remove(tools![b])).unwrap_err().to_string();
    assert!(error.starts_with("tool `b` at ") && error.contains("does not have it"), "{error}");
}

#[resource("note://today")]
fn today() -> &'static str {
    "today"
}

#[resource("note://{day}")]
fn day(#[complete(["monday", "tuesday"])] day: String) -> String {
    day
}

#[prompt]
fn greet(#[complete(["Ada", "Bob"])] name: String) -> String {
    name
}

async fn completed(client: &Client, reference: Value, argument: &str) -> Option<Value> {
    let params = json!({ "ref": reference, "argument": { "name": argument, "value": "" } });
    let result = client.request("completion/complete", params).await.ok()?;
    Some(result["completion"]["values"].clone())
}

#[tokio::test]
async fn resources_and_prompts_change_as_tools_do() {
    let of_prompt = || json!({ "type": "ref/prompt", "name": "greet" });
    let of_template = || json!({ "type": "ref/resource", "uri": "note://{day}" });
    let (client, handle) = connect(Server::new("test", "1").with(tools![today, day, greet])).await;

    handle.update(|items| items.disable(tools![greet, day])).unwrap();
    assert_eq!(client.prompt("greet", json!({ "name": "x" })).await.unwrap_err().code(), -32602);
    assert!(client.read("note://monday").await.is_err());
    assert_eq!(completed(&client, of_prompt(), "name").await, None);
    assert_eq!(completed(&client, of_template(), "day").await, None);
    assert_eq!(listed(&client, "prompts").await, Vec::<String>::new());
    assert_eq!(listed(&client, "resources/templates").await, Vec::<String>::new());
    assert_eq!(listed(&client, "resources").await, ["note://today"]);

    handle.update(|items| items.enable(tools![greet, day])).unwrap();
    assert_eq!(completed(&client, of_prompt(), "name").await, Some(json!(["Ada", "Bob"])));
    assert_eq!(client.read("note://monday").await.unwrap()[0]["text"], "monday");

    handle.update(|items| items.disable(tools![today])).unwrap();
    assert!(client.read("note://today").await.is_err(), "the template would answer for it");
    handle.update(|items| items.remove(tools![today])).unwrap();
    assert_eq!(client.read("note://today").await.unwrap()[0]["text"], "today", "the template's");
}

#[tokio::test]
async fn a_feature_stays_though_nothing_is_in_it() {
    let server = Server::new("test", "1").with(tools![a, today, greet]);
    let (client, handle) = connect(server.disable(tools![a, today])).await;
    let list = json!({ "listChanged": true });
    let resources = json!({ "listChanged": true, "subscribe": true });
    let offered = json!({
        "completions": {}, "logging": {}, "prompts": list, "resources": resources, "tools": list,
    });
    let discover = async || client.request("server/discover", json!({})).await.unwrap();
    assert_eq!(discover().await["capabilities"], offered);
    handle.update(|items| items.remove(tools![a, today, greet])).unwrap();
    assert_eq!(discover().await["capabilities"], offered);
    for what in ["tools", "resources", "resources/templates", "prompts"] {
        assert_eq!(client.list(what).await.unwrap(), Vec::<Value>::new(), "{what}");
    }

    let (client, handle) = connect(Server::new("test", "1")).await;
    assert_eq!(client.list("tools").await.unwrap_err().code(), -32601);
    handle.update(|items| items.add(tools![a])).unwrap();
    assert_eq!(listed(&client, "tools").await, ["a"]);
}

#[tokio::test]
async fn a_walk_over_pages_outlives_a_change() {
    let (client, handle) = connect(server().with(tools![d]).page_size(2)).await;
    let page = async |params: Value| {
        let page = client.request("tools/list", params).await.unwrap();
        let names = page["tools"].as_array().unwrap().iter();
        let names: Vec<_> = names.map(|tool| tool["name"].as_str().unwrap().to_owned()).collect();
        (names.join(" "), page.get("nextCursor").cloned())
    };
    let (names, cursor) = page(json!({})).await;
    assert_eq!(names, "a b");
    let rest = json!({ "cursor": cursor.unwrap() });
    assert_eq!(page(rest.clone()).await, ("c d".to_owned(), None));

    // The cursor names `b`, which goes; so does one before it.
    handle.update(|items| items.remove(tools![a, b])).unwrap();
    assert_eq!(page(rest.clone()).await, ("c d".to_owned(), None));
    handle.update(|items| items.add(tools![a])).unwrap();
    let (names, cursor) = page(rest.clone()).await;
    assert_eq!(names, "c", "to the end of the second page of `a c d`");
    assert_eq!(page(json!({ "cursor": cursor.unwrap() })).await, ("d".to_owned(), None));
    handle.update(|items| items.disable(tools![c, d])).unwrap();
    assert_eq!(page(rest).await, (String::new(), None));
}

#[tokio::test]
async fn all_mistakes_are_told_at_once_and_nothing_is_changed() {
    let (client, handle) = connect(server().disable(tools![c])).await;
    let before = client.list("tools").await.unwrap();
    let error = handle
        .update(|items| {
            items.remove(tools![a]);
            items.add(tools![other::b, c, needs_state]);
            items.enable(tools![d]);
        })
        .unwrap_err()
        .to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 4, "{error}");
    assert!(lines[0].starts_with("two tools are called `b`: at "), "{error}");
    assert_eq!(lines[0].matches("update.rs:").count(), 2, "{error}");
    assert!(lines[1].starts_with("tool `c` at ") && lines[1].ends_with("enable it"), "{error}");
    assert!(
        lines[2].starts_with("tool `d` at ") && lines[2].contains("cannot be enabled"),
        "{error}"
    );
    assert!(lines[3].contains("`needs_state`") && lines[3].contains("Db"), "{error}");
    assert_eq!(client.list("tools").await.unwrap(), before);
    assert_eq!(said(&client, "a").await.as_deref(), Some("a"));

    let error = handle.update(|items| items.add(tools![a])).unwrap_err().to_string();
    assert!(error.starts_with("tool `a` at ") && error.ends_with("add it once"), "{error}");
}

#[tokio::test]
async fn state_the_server_has_may_be_taken_by_what_is_added() {
    let (client, handle) = connect(server().state_with(|| Ok::<_, String>(Db))).await;
    handle.update(|items| items.add(tools![needs_state])).unwrap();
    assert!(said(&client, "needs_state").await.is_some());
}

#[tokio::test]
async fn what_starts_disabled_is_checked_too() {
    let lacking = server().with(tools![needs_state]).disable(tools![needs_state, d]);
    let error = testing::connect(lacking).await.unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
    assert!(error.contains("`d`") && error.contains("`needs_state`"), "{error}");
    let manifest = server().disable(tools![b]).manifest().unwrap();
    let names = manifest["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["a", "c"]);
}

#[tokio::test]
async fn before_the_server_runs_an_update_waits() {
    let waiting = server();
    waiting.handle().update(|items| items.remove(tools![a])).unwrap();
    waiting.handle().update(|items| items.add(tools![d])).unwrap();
    assert_eq!(waiting.manifest().unwrap()["tools"].as_array().unwrap().len(), 3);
    let client = testing::connect(waiting).await.unwrap();
    assert_eq!(listed(&client, "tools").await, ["b", "c", "d"]);

    let mistaken = server().with(tools![needs_state]);
    mistaken.handle().update(|items| items.enable(tools![d])).unwrap();
    let error = testing::connect(mistaken).await.unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
}

/// Swaps `a` and `d`, in an update within an update.
#[tool]
fn swap(ctx: &Context) -> Result<(), Error> {
    let mut inner = Ok(());
    ctx.server().update(|items| {
        items.add(tools![d]);
        inner = ctx.server().clone().update(|items| items.remove(tools![a]));
    })?;
    inner
}

/// The same in place of the runtime, where a lock that is held would stop everything.
#[tool]
async fn swap_here(ctx: &Context) -> Result<(), Error> {
    swap(ctx)
}

#[tokio::test]
async fn a_function_updates_its_own_server() {
    for tool in ["swap", "swap_here"] {
        let (client, _) = connect(server().with(tools![swap, swap_here])).await;
        assert!(!client.call(tool, ()).await.unwrap().is_error());
        assert_eq!(listed(&client, "tools").await, ["b", "c", "swap", "swap_here", "d"]);
    }
}

#[derive(Default)]
struct Gate {
    entered: Notify,
    open: Notify,
}

#[tool]
async fn wait(gate: &Arc<Gate>) -> &'static str {
    gate.entered.notify_one();
    gate.open.notified().await;
    "through"
}

#[tokio::test]
async fn a_call_outlives_its_tool() {
    let gate = Arc::new(Gate::default());
    let server = Server::new("test", "1").state(gate.clone()).with(tools![wait]);
    let (client, handle) = connect(server).await;
    let removing = async {
        gate.entered.notified().await;
        handle.update(|items| items.remove(tools![wait])).unwrap();
        assert_eq!(said(&client, "wait").await, None);
        gate.open.notify_one();
    };
    let both = async { tokio::join!(said(&client, "wait"), removing) };
    let (reply, ()) = tokio::time::timeout(Duration::from_secs(10), both).await.unwrap();
    assert_eq!(reply.as_deref(), Some("through"));
}

#[tokio::test]
async fn updates_that_race_are_all_made() {
    const TIMES: usize = 100;
    let (client, handle) = connect(server().with(tools![d])).await;
    thread::scope(|scope| {
        for item in tools![a, b, c, d] {
            let handle = handle.clone();
            scope.spawn(move || {
                for _ in 0..TIMES {
                    handle.update(|items| items.remove([item])).unwrap();
                    handle.update(|items| items.add([item])).unwrap();
                }
                handle.update(|items| items.disable([item])).unwrap();
                handle.update(|items| items.enable([item])).unwrap();
            });
        }
    });
    assert_eq!(listed(&client, "tools").await, ["a", "b", "c", "d"]);
}
