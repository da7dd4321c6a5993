//! The server that is measured, on flymcprust: `peer-flymcprust stdio`, `peer-flymcprust http`.

mod more;

use std::time::Duration;

use flymcprust::prelude::*;
use flymcprust::transport::http::{StreamableHttpService, serve};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::net::TcpListener;

/// Adds two numbers.
///
/// # Arguments
/// * `a` - First addend
/// * `b` - Second addend
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Says it again.
///
/// # Arguments
/// * `text` - What to say
#[tool]
fn echo(text: String) -> String {
    text
}

/// Waits.
///
/// # Arguments
/// * `milliseconds` - How long
#[tool]
async fn sleep(milliseconds: u64) -> String {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    "done".into()
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    count: usize,
    total: f64,
    largest: Option<f64>,
}

/// Sums numbers up.
///
/// # Arguments
/// * `numbers` - The numbers
#[tool]
fn summary(numbers: Vec<f64>) -> Json<Summary> {
    let largest = numbers.iter().copied().reduce(f64::max);
    Json(Summary { count: numbers.len(), total: numbers.iter().sum(), largest })
}

async fn run() -> std::io::Result<()> {
    let server = Server::builder("bench", "1.0.0")
        .tool::<add>()
        .tool::<echo>()
        .tool::<sleep>()
        .tool::<summary>();
    let server = more::add_to(server).build().expect("its tools go together");
    if std::env::args().nth(1).as_deref() != Some("http") {
        return server.serve_stdio().await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    serve(listener, StreamableHttpService::new(server), "/mcp", std::future::pending()).await
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(run()).expect("it serves until its client goes");
}
