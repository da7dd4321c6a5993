//! A server that says on stderr which calls have begun, so that a test knows which it had read when
//! it was told to stop.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, thread};

use mcp_runtime::{Context, prompt, resource, tool};

/// How many calls have begun.
#[derive(Default)]
struct Count(AtomicU64);

impl Count {
    fn begun(&self, id: u64) {
        self.0.fetch_add(1, Ordering::SeqCst);
        eprintln!("begun {id}");
    }
}

/// Takes its time, and gives way.
#[tool]
async fn rest(count: &Count, id: u64, milliseconds: u64) -> u64 {
    count.begun(id);
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    id
}

/// Stays as long as the file is there that `LATCH` names.
#[tool]
async fn stay(count: &Count, id: u64) -> u64 {
    count.begun(id);
    let latch = PathBuf::from(env::var_os("LATCH").unwrap());
    while latch.exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    id
}

/// Takes its time on a thread, and cannot be stopped.
#[tool(blocking)]
fn block(count: &Count, id: u64, milliseconds: u64) -> u64 {
    count.begun(id);
    thread::sleep(Duration::from_millis(milliseconds));
    id
}

/// What is to be passed on as the parent of what this asks for.
#[tool]
fn parent(ctx: &Context) -> Vec<String> {
    let Some(parent) = ctx.trace_parent() else { return Vec::new() };
    let rest = [parent.state(), parent.baggage()].map(|said| said.unwrap_or_default().to_owned());
    [parent.to_string()].into_iter().chain(rest).collect()
}

/// Fails.
#[tool]
fn fail() -> Result<(), &'static str> {
    Err("as it was told to")
}

/// Greets somebody.
#[prompt]
fn greeting(name: String) -> String {
    format!("Greet {name}.")
}

/// A file by its name.
#[resource("file:///{name}")]
fn file(name: String) -> String {
    name
}

fn main() -> ExitCode {
    mcp_runtime::server!()
        .state(Count::default())
        .on_shutdown(|count: Arc<Count>| async move {
            eprintln!("ended after {}", count.0.load(Ordering::SeqCst));
            if env::var_os("HANG").is_some() {
                std::future::pending().await
            }
        })
        .run()
}
