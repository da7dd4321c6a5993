//! What `ours stdio` is, without the code for HTTP beside it.

#[path = "../../ours/src/more.rs"]
mod more;
#[path = "../../ours/src/server.rs"]
mod server;

fn main() -> Result<(), mcp_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(server::server().serve_stdio())
}
