//! Calls at the same time: what blocks, panics or turns slow holds up nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mcp_runtime::{Server, resource, testing, tool, tools};
use serde_json::json;

use super::connect;
use crate::raw::{until, within};

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
        within(Duration::from_millis(250), async || {
            let calls: Vec<_> = (0..64)
                .map(|_| {
                    let client = client.clone();
                    tokio::spawn(async move { client.call(tool, json!({ "ms": 100 })).await })
                })
                .collect();
            for call in calls {
                assert_eq!(call.await.unwrap().unwrap().structured::<u64>(), 100);
            }
        })
        .await;
    }
}

#[tokio::test]
async fn a_blocked_or_panicking_function_disturbs_nobody() {
    let client = Arc::new(connect(tools![block, fail, super::add]).await);
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

struct State;

/// Has state, on which it may wait.
#[tool]
fn block_with_state(_: &State, ms: u64) -> u64 {
    block(ms)
}

#[tokio::test]
async fn a_function_that_may_wait_never_blocks_others_however_quick_it_was() {
    let server = Server::new("test", "1").with(tools![block_with_state, super::add]).state(State);
    let client = Arc::new(testing::connect(server).await.unwrap());
    for _ in 0..1000 {
        client.call("block_with_state", json!({ "ms": 0 })).await.unwrap();
    }
    let calling = client.clone();
    let blocked =
        tokio::spawn(async move { calling.call("block_with_state", json!({ "ms": 2000 })).await });
    tokio::task::yield_now().await;
    let begun = Instant::now();
    client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!(!blocked.is_finished());
}

/// How many runs of `turn_slow` are slow.
static SLOW: AtomicUsize = AtomicUsize::new(0);

/// Runs where its request came in once it has proved quick, and then blocks.
#[tool]
fn turn_slow(ms: u64) -> u64 {
    SLOW.fetch_add(usize::from(ms > 0), Ordering::Relaxed);
    block(ms)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn functions_that_turn_slow_leave_a_worker_to_the_others() {
    let client = Arc::new(connect(tools![turn_slow, super::add]).await);
    for _ in 0..100 {
        client.call("turn_slow", json!({ "ms": 0 })).await.unwrap();
    }
    let slow: Vec<_> = (0..4)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.call("turn_slow", json!({ "ms": 1500 })).await })
        })
        .collect();
    until(|| SLOW.load(Ordering::Relaxed) == slow.len()).await;
    let begun = Instant::now();
    client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
    assert!(slow.iter().any(|slow| !slow.is_finished()));
}

/// Says where it runs.
#[tool]
fn thread_of(_text: &str) -> String {
    here()
}

fn here() -> String {
    format!("{:?}", thread::current().id())
}

#[tokio::test]
async fn a_quick_function_runs_in_place_however_long_its_arguments_take_to_read() {
    let client = connect(tools![thread_of]).await;
    let text = "\n".repeat(8 << 10);
    for _ in 0..100 {
        let reply = client.call("thread_of", json!({ "_text": text })).await.unwrap();
        if reply.text() == here() {
            return;
        }
    }
    panic!("it always had a thread of its own");
}

/// Says where it runs.
#[resource("thread://{number}")]
fn thread_as_resource(number: u32) -> String {
    format!("{number} {}", here())
}

#[tokio::test]
async fn what_was_not_run_was_not_quick() {
    let client = connect(tools![thread_as_resource]).await;
    for _ in 0..20 {
        client.read("thread://none").await.unwrap_err();
    }
    let read = client.read("thread://1").await.unwrap();
    assert_ne!(read[0]["text"], format!("1 {}", here()));
}
