//! The server that is measured, on mcp-runtime: `ours stdio`, `ours http`.

mod more;

use std::net::TcpListener;
use std::time::Duration;

use mcp_runtime::{Error, HttpOptions, Server, tool, tools};
use schemars::JsonSchema;
use serde::Serialize;

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

fn server() -> Server {
    Server::new("bench", "1.0.0")
        .with(tools![add, add_async, add_inline, echo, echo_inline, sleep, block, summary])
        .with(more::tools())
}

fn main() -> Result<(), Error> {
    if std::env::args().nth(1).as_deref() == Some("http") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(serve_http());
    }
    // As `Server::run` does: stdio has one peer.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(server().serve_stdio())
}

async fn serve_http() -> Result<(), Error> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    server().serve_http_on(listener, HttpOptions::default()).await
}
