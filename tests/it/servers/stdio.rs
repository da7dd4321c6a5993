//! A server with a tool for each way to disturb the others.

use std::process::Command;
use std::thread;
use std::time::Duration;

use mcp_runtime::{Content, Context, Progress, Server, tool, tools};

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Says what it was told.
#[tool]
fn echo(text: String) -> String {
    text
}

/// Writes to what would be the wire.
#[tool]
#[expect(clippy::print_stdout, reason = "what this is about")]
fn print(text: String) {
    println!("{text}");
}

/// Runs a program that has what this process calls stdin, stdout and stderr.
#[tool]
fn script(text: String) -> Result<bool, std::io::Error> {
    Command::new("sh").args(["-c", &text]).status().map(|status| status.success())
}

#[tool]
async fn sleep(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

#[tool]
fn block(milliseconds: u64) {
    thread::sleep(Duration::from_millis(milliseconds));
}

/// Says more than a slow client reads.
#[tool]
async fn report(ctx: &Context, times: u32) -> u32 {
    for done in 0..times {
        ctx.progress(Progress::new(done).message("x".repeat(1000)));
        tokio::task::yield_now().await;
    }
    eprintln!("reported");
    times
}

/// Links to what is no URI.
#[tool]
fn mislead() -> Content {
    Content::link("no uri", "nowhere")
}

#[tool]
fn fail() {
    panic!("as asked");
}

#[tokio::main]
async fn main() {
    let server = Server::new("stdio-fixture", "1")
        .with(tools![add, echo, print, script, sleep, block, report, mislead, fail]);
    let status = match server.serve_stdio().await {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("{error}");
            1
        }
    };
    std::process::exit(status); // a blocked thread would hold up the runtime's end
}
