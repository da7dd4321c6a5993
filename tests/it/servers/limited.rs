//! A server to press against its limits, which flags set.

use std::process::ExitCode;
use std::time::Duration;

use mcp_runtime::{Server, tool, tools};

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Sleeps.
#[tool]
async fn nap(ms: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "rested"
}

fn main() -> ExitCode {
    Server::new("limited-fixture", "1").with(tools![add, nap]).run()
}
