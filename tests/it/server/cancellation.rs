//! How calls end before their time: cancelled, timed out, or refused because their id is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::{Context, Revision, Server, testing, tool, tools};
use serde_json::json;
use tokio::sync::Notify;

use crate::raw::until;

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

#[tokio::test]
async fn a_cancelled_request_stops_and_gets_no_reply() {
    for (tool, revision) in [
        ("wait", Revision::V2025_11_25),
        ("wait", Revision::V2026_07_28),
        ("wait_on_thread", Revision::V2025_06_18),
    ] {
        let started = Arc::new(Notify::new());
        let server = Server::new("test", "1")
            .with(tools![wait, wait_on_thread, super::add])
            .state(started.clone());
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
            until(|| INTERRUPTED.load(Ordering::Relaxed)).await;
        }
        assert!(!call.is_finished(), "no reply to a cancelled request ({tool}, {revision})");
        call.abort();
    }
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
    let mut said = Vec::new();
    until(|| {
        said = client.notifications();
        !said.is_empty()
    })
    .await;
    assert_eq!((&said[0]["id"], &said[0]["error"]["code"]), (&json!("same"), &json!(-32600)));
    assert_eq!(RUNS.load(Ordering::Relaxed), 1);
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
    until(|| dropped.0.load(Ordering::Relaxed)).await;
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

/// Panics as it goes.
struct Brittle;

impl Drop for Brittle {
    fn drop(&mut self) {
        panic!("it breaks");
    }
}

/// Is dropped before it ends.
#[tool(timeout = "10ms")]
async fn brittle() {
    let brittle = Brittle;
    std::future::pending::<()>().await;
    drop(brittle);
}

#[tokio::test]
async fn a_function_that_panics_as_it_is_dropped_is_answered() {
    let client = testing::connect(Server::new("test", "1").with(tools![brittle])).await.unwrap();
    for _ in 0..2 {
        let result = tokio::time::timeout(Duration::from_secs(5), client.call("brittle", ())).await;
        let result = result.expect("there is no reply").unwrap();
        assert!(result.is_error() && result.text().contains("timed out"), "{result:?}");
    }
}
