//! Eight functions, and a hundred more.

use std::time::Duration;

use mcp_runtime::{Server, tool, tools};
use schemars::JsonSchema;
use serde::Serialize;

use crate::more;

/// Adds two numbers.
#[tool]
fn add(
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
) -> i64 {
    a + b
}

/// Adds two numbers, in a future.
#[tool]
async fn add_async(
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
) -> i64 {
    a + b
}

/// Adds two numbers, and says that it is quick.
#[tool(inline)]
fn add_inline(
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
) -> i64 {
    a + b
}

/// Says it again.
#[tool]
fn echo(
    /// What to say
    text: String,
) -> String {
    text
}

/// Says it again, and says that it is quick.
#[tool(inline)]
fn echo_inline(
    /// What to say
    text: String,
) -> String {
    text
}

/// Waits.
#[tool]
async fn sleep(
    /// How long
    milliseconds: u64,
) -> String {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "done".into()
}

/// Keeps its thread for a while; quick if that is 0.
#[tool]
fn block(
    /// How long
    milliseconds: u64,
) -> String {
    if milliseconds > 0 {
        std::thread::sleep(Duration::from_millis(milliseconds));
    }
    "done".into()
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    count: usize,
    total: f64,
    largest: Option<f64>,
}

/// Sums numbers up.
#[tool]
fn summary(
    /// The numbers
    numbers: Vec<f64>,
) -> Summary {
    let largest = numbers.iter().copied().reduce(f64::max);
    Summary { count: numbers.len(), total: numbers.iter().sum(), largest }
}

pub fn server() -> Server {
    Server::new("bench", "1.0.0")
        .with(tools![add, add_async, add_inline, echo, echo_inline, sleep, block, summary])
        .with(more::tools())
}
