//! What a server does whatever carries its messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Context, FromContext, Item, Progress, Revision, Server, ToolError, tool, tools};
use serde_json::{Value, json};
use tokio::sync::Notify;

async fn connect(items: impl IntoIterator<Item = Item>) -> Client {
    testing::connect(Server::new("test", "1").with(items)).await.unwrap()
}

/// Waits until a condition holds; a test that hangs says on what.
async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}

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
    assert_eq!(error.matches("server.rs:").count(), 2, "{error}");
    assert!(error.contains("it::server::one") && error.contains("it::server::other"), "{error}");
    assert_eq!(error.lines().count(), 1, "a prompt may share a tool's name: {error}");
}

struct Db(&'static str);

trait Store: Send + Sync {
    fn get(&self) -> String;
}

impl Store for Db {
    fn get(&self) -> String {
        format!("stored {}", self.0)
    }
}

/// Takes state.
#[tool]
fn by_type(db: &Db) -> String {
    db.0.to_owned()
}

/// Takes state by its trait.
#[tool]
async fn by_trait(store: &dyn Store) -> String {
    store.get()
}

#[tokio::test]
async fn missing_state_is_found_at_start_all_at_once() {
    let server = Server::new("test", "1").with(tools![by_type, by_trait]);
    let error = testing::connect(server).await.unwrap_err().to_string();
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 2, "{error}");
    assert!(lines[0].contains("tool `by_type` at ") && lines[0].contains("server.rs:"), "{error}");
    assert!(lines[0].contains("Db") && lines[0].contains(".state("), "{error}");
    assert!(lines[1].contains("dyn ") && lines[1].contains("Store"), "{error}");
}

#[tokio::test]
async fn state_is_given_or_made() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let server = Server::new("test", "1")
        .with(tools![by_type, by_trait])
        .state_as::<dyn Store>(Arc::new(Db("a")))
        .state_with(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok::<_, String>(Db("b"))
        });
    assert!(server.manifest().is_ok());
    assert_eq!(made.load(Ordering::Relaxed), 0, "a manifest makes no state");
    let client = testing::connect(server).await.unwrap();
    assert_eq!(client.call("by_trait", ()).await.unwrap().text(), "stored a");
    assert_eq!(client.call("by_type", ()).await.unwrap().text(), "b");

    let failing = Server::new("test", "1").state_with(|| "x".parse::<i32>());
    let error = testing::connect(failing).await.unwrap_err().to_string();
    assert_eq!(error, "cannot make `i32`: invalid digit found in string");
}

struct Caller(String);

impl FromContext for Caller {
    fn from_context(ctx: &Context) -> Result<Self, ToolError> {
        match ctx.client().info().name() {
            "" => Err(ToolError::new("who are you?")),
            name => Ok(Self(name.to_owned())),
        }
    }
}

/// Greets the client.
#[tool]
fn greet(#[ctx] caller: Caller, greeting: Option<String>) -> String {
    format!("{} {}", greeting.as_deref().unwrap_or("hello"), caller.0)
}

#[tokio::test]
async fn the_client_is_known_in_both_eras() {
    for revision in Revision::ALL {
        let server = Server::new("test", "1").with(tools![greet]);
        let client = testing::connect_at(server, revision).await.unwrap();
        assert_eq!(
            client.call("greet", ()).await.unwrap().text(),
            "hello mcp-runtime-testing",
            "{revision}"
        );
    }
}

/// Waits for ever, but hears when it is cancelled.
#[tool]
async fn wait(started: &Arc<Notify>, ctx: &Context) {
    ctx.progress(1);
    started.notify_one();
    std::future::pending().await
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Waits on its thread until it is cancelled.
#[tool]
fn wait_on_thread(started: &Arc<Notify>, ctx: &Context) {
    let (cancelled, wake) = std::sync::mpsc::channel();
    let _wake = ctx.on_cancel(move || {
        let _ = cancelled.send(());
    });
    started.notify_one();
    let _ = wake.recv_timeout(Duration::from_secs(10));
    INTERRUPTED.store(ctx.is_cancelled(), Ordering::Relaxed);
}

/// Adds.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

#[tokio::test]
async fn a_cancelled_request_stops_and_gets_no_reply() {
    for (tool, revision) in [
        ("wait", Revision::V2025_11_25),
        ("wait", Revision::V2026_07_28),
        ("wait_on_thread", Revision::V2025_06_18),
    ] {
        let started = Arc::new(Notify::new());
        let server =
            Server::new("test", "1").with(tools![wait, wait_on_thread, add]).state(started.clone());
        let client = Arc::new(testing::connect_at(server, revision).await.unwrap());
        let calling = client.clone();
        let call = tokio::spawn(async move { calling.call(tool, ()).await });
        started.notified().await;
        // The handshake takes the first id.
        let id = if revision == Revision::V2026_07_28 { 1 } else { 2 };
        client.notify("notifications/cancelled", json!({ "requestId": id, "reason": "test" }));
        client.notify("notifications/cancelled", json!({ "requestId": "unknown" }));
        client.notify("notifications/cancelled", json!({ "requestId": [] }));
        assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap().text(), "3");
        if tool == "wait_on_thread" {
            eventually("the function hears of it", || INTERRUPTED.load(Ordering::Relaxed)).await;
        }
        assert!(!call.is_finished(), "no reply to a cancelled request ({tool}, {revision})");
        call.abort();
    }
}

#[tokio::test]
async fn an_id_cannot_be_used_twice_at_once() {
    let started = Arc::new(Notify::new());
    let server = Server::new("test", "1").with(tools![wait]).state(started.clone());
    let client = testing::connect_raw(server).await.unwrap();
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } });
    client.request("initialize", params).await.unwrap();
    let call = json!({ "jsonrpc": "2.0", "id": "same", "method": "tools/call", "params": { "name": "wait" } });
    client.send(&call);
    started.notified().await;
    client.send(&call);
    let said = loop {
        if let Some(said) = client.notifications().pop() {
            break said;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&said["id"], &said["error"]["code"]), (&json!("same"), &json!(-32600)), "{said}");
}

/// Sleeps without blocking.
#[tool]
async fn doze(ms: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    ms
}

/// Sleeps and blocks its thread.
#[tool]
fn block(ms: u64) -> u64 {
    thread::sleep(Duration::from_millis(ms));
    ms
}

#[tokio::test]
async fn calls_run_concurrently_whether_they_block_or_not() {
    for tool in ["doze", "block"] {
        let client = Arc::new(connect(tools![doze, block]).await);
        let begun = Instant::now();
        let calls: Vec<_> = (0..64)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.call(tool, json!({ "ms": 100 })).await.unwrap() })
            })
            .collect();
        for call in calls {
            assert_eq!(call.await.unwrap().structured::<u64>(), 100);
        }
        let took = begun.elapsed();
        assert!(took < Duration::from_millis(250), "64 calls of 100 ms with {tool} took {took:?}");
    }
}

#[tokio::test]
async fn a_blocked_or_panicking_function_disturbs_nobody() {
    let client = Arc::new(connect(tools![block, fail, add]).await);
    let calling = client.clone();
    let blocked =
        tokio::spawn(async move { calling.call("block", json!({ "ms": 2000 })).await.unwrap() });
    let refusal = client.call("fail", ()).await.unwrap_err();
    assert_eq!((refusal.code(), refusal.message()), (-32603, "internal error"));
    let begun = Instant::now();
    assert_eq!(client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap().structured::<i64>(), 3);
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!(!blocked.is_finished());
}

/// Panics.
#[tool]
async fn fail() -> String {
    panic!("the password is 1234")
}

/// Takes too long.
#[tool(timeout = "20ms")]
async fn slow(dropped: &Arc<DropFlag>) -> String {
    let _flag = Raised(dropped.clone());
    std::future::pending().await
}

#[derive(Default)]
struct DropFlag(AtomicBool);

struct Raised(Arc<DropFlag>);

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_dropped_and_said_so() {
    let dropped = Arc::new(DropFlag::default());
    let server = Server::new("test", "1").with(tools![slow]).state(dropped.clone());
    let client = testing::connect(server).await.unwrap();
    let reply = client.call("slow", ()).await.unwrap();
    assert!(reply.is_error());
    assert_eq!(reply.text(), "timed out after 20ms");
    eventually("the function is dropped", || dropped.0.load(Ordering::Relaxed)).await;
}

/// Says a lot.
#[tool]
async fn chatter(ctx: &Context) -> usize {
    for done in 0..10_000 {
        ctx.progress(Progress::new(done));
    }
    10_000
}

#[tokio::test]
async fn progress_is_bounded_grows_and_precedes_the_reply() {
    let client = connect(tools![chatter]).await;
    let params = json!({ "name": "chatter", "arguments": {}, "_meta": { "progressToken": 7 } });
    client.request("tools/call", params).await.unwrap();
    let heard: Vec<Value> = client.notifications();
    let progress: Vec<_> =
        heard.iter().map(|said| said["params"]["progress"].as_f64().unwrap()).collect();
    assert!(progress.is_sorted_by(|one, next| one < next), "{progress:?}");
    assert!(
        progress.len() <= 1024 && progress.last() == Some(&9_999.0),
        "{} {:?}",
        progress.len(),
        progress.last()
    );
    assert!(heard.iter().all(|said| said["params"]["progressToken"] == 7));
}

#[tokio::test]
async fn what_is_not_offered_is_not_served() {
    let client = connect(tools![add]).await;
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
    let one = Server::new("test", "1").with(tools![doze, add]).manifest().unwrap();
    let other = Server::new("test", "1").with(tools![add, doze]).manifest().unwrap();
    assert_eq!(one.to_string(), other.to_string());
    assert_eq!(one["manifestVersion"], 1);
    assert_eq!(one["tools"][0]["name"], "add");
    assert_eq!(one["tools"][0]["outputSchema"]["properties"]["result"]["type"], "integer");
}

static RUNS: AtomicUsize = AtomicUsize::new(0);

/// Counts how often it is started.
#[tool]
async fn count_runs(started: &Arc<Notify>) {
    RUNS.fetch_add(1, Ordering::Relaxed);
    started.notify_one();
    std::future::pending().await
}

#[tokio::test]
async fn a_request_of_a_taken_id_does_not_run() {
    let started = Arc::new(Notify::new());
    let server = Server::new("test", "1").with(tools![count_runs]).state(started.clone());
    let client = testing::connect_at(server, Revision::V2025_06_18).await.unwrap();
    let call = json!({ "jsonrpc": "2.0", "id": "same", "method": "tools/call", "params": { "name": "count_runs" } });
    client.send(&call);
    started.notified().await;
    client.send(&call);
    eventually("the second is refused", || {
        client.notifications().iter().any(|said| said["error"]["code"] == -32600)
    })
    .await;
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
}

/// Keeps a request in its own callback.
#[tool(inline)]
fn keep(ctx: &Context, alive: &Arc<()>) {
    let (kept, alive) = (ctx.clone(), alive.clone());
    std::mem::forget(ctx.on_cancel(move || drop((kept, alive))));
}

#[tokio::test]
async fn a_call_that_has_ended_keeps_nothing() {
    let alive = Arc::new(());
    let server = Server::new("test", "1").with(tools![keep]).state(alive.clone());
    let client = testing::connect(server).await.unwrap();
    let before = Arc::strong_count(&alive);
    for _ in 0..10 {
        client.call("keep", ()).await.unwrap();
    }
    assert_eq!(Arc::strong_count(&alive), before);
}

#[tokio::test]
async fn what_is_echoed_is_bounded() {
    let client = connect(tools![add]).await;
    let long = "x".repeat(100_000);
    for refusal in [
        client.request(&long, json!({})).await.unwrap_err(),
        client.call(&long, ()).await.unwrap_err(),
        client.request("tools/list", json!({ "cursor": long })).await.unwrap_err(),
    ] {
        assert!(refusal.as_value().to_string().len() < 1000, "{refusal}");
    }
}

/// Runs where its request came in once it has proved quick, and then blocks.
#[tool]
fn quick_then(ms: u64) -> u64 {
    thread::sleep(Duration::from_millis(ms));
    ms
}

/// The same with state, which it may wait on.
#[tool]
fn quick_then_with_state(_: &Db, ms: u64) -> u64 {
    quick_then(ms)
}

#[tokio::test]
async fn a_function_that_may_wait_never_blocks_others_however_quick_it_was() {
    let server = Server::new("test", "1").with(tools![quick_then_with_state, add]).state(Db(""));
    let client = Arc::new(testing::connect(server).await.unwrap());
    for _ in 0..1000 {
        client.call("quick_then_with_state", json!({ "ms": 0 })).await.unwrap();
    }
    let calling = client.clone();
    let blocked =
        tokio::spawn(
            async move { calling.call("quick_then_with_state", json!({ "ms": 2000 })).await },
        );
    tokio::task::yield_now().await;
    let begun = Instant::now();
    client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!(!blocked.is_finished());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_that_turn_slow_leave_a_worker_to_the_others() {
    let client = Arc::new(connect(tools![quick_then, add]).await);
    for _ in 0..100 {
        client.call("quick_then", json!({ "ms": 0 })).await.unwrap();
    }
    let slow: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.call("quick_then", json!({ "ms": 1500 })).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
    assert!(slow.iter().any(|slow| !slow.is_finished()));
}

#[tokio::test]
async fn a_server_can_be_started_in_a_task() {
    let server = Server::new("test", "1")
        .with(tools![by_type, by_trait])
        .state_as::<dyn Store>(Arc::new(Db("a")))
        .state_with(async || Ok::<_, String>(Db("b")))
        .on_shutdown(async || {});
    let started = tokio::spawn(async move { testing::connect(server).await });
    let client = started.await.unwrap().unwrap();
    assert_eq!(client.call("by_type", ()).await.unwrap().text(), "b");
}
