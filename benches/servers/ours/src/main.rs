//! The server that is measured, on mcp-runtime: `ours stdio`, `ours http`.

mod more;
mod server;

use std::net::TcpListener;

use mcp_runtime::{Error, HttpOptions};
use server::server;

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
