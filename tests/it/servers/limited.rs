//! A server to press against its limits, which flags set.

use std::process::ExitCode;
use std::time::Duration;

use mcp_runtime::{Context, LogLevel, Progress, Server, tool, tools};

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Keeps what it was told, for a while.
#[tool]
async fn keep(text: String, ms: u64) -> usize {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    text.len()
}

/// Sleeps, with progress in between.
#[tool]
async fn nap(ctx: &Context, ms: u64, steps: u32) -> &'static str {
    for step in 0..=steps {
        ctx.progress(Progress::new(step));
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    "rested"
}

/// Sleeps alone.
#[tool(max_concurrency = 1)]
async fn hermit(ms: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "rested"
}

/// Says much.
#[tool]
fn recite(size: usize) -> String {
    "x".repeat(size)
}

/// Says much on the way, and then goes on for long.
#[tool]
async fn chatter(ctx: &Context, lines: u32, size: usize, ms: u64) -> u32 {
    for line in 0..lines {
        ctx.log(LogLevel::Error, format!("{line} {}", "x".repeat(size)));
        tokio::task::yield_now().await;
    }
    tokio::time::sleep(Duration::from_millis(ms)).await;
    lines
}

fn main() -> ExitCode {
    Server::new("limited-fixture", "1").with(tools![add, keep, nap, hermit, recite, chatter]).run()
}
