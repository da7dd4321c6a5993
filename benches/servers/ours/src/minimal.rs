//! The smallest server, to be weighed.

use mcp_runtime::tool;

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

#[cfg(feature = "standard")]
mcp_runtime::main!();

#[cfg(not(feature = "standard"))]
fn main() -> Result<(), mcp_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let server = mcp_runtime::server!();
    runtime.expect("a runtime").block_on(async {
        match std::env::args().nth(1).as_deref() {
            Some("http") => server.serve_http("127.0.0.1:0", Default::default()).await,
            _ => server.serve_stdio().await,
        }
    })
}
