//! A server as part of an axum application that has pages of its own.

use std::error::Error;

use axum::Router;
use axum::routing::get;
use mcp_runtime::{Server, tool, tools};
use tokio::net::TcpListener;

/// Says how many words a text has.
#[tool]
fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

async fn ctrl_c() {
    let _ = tokio::signal::ctrl_c().await; // without signals it runs until it is killed
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::new("words", "1.0.0").with(tools![count]).shutdown_on(ctrl_c());
    let app = Router::new()
        .route("/", get(async || "The tools of this page are at /mcp.\n"))
        .merge(server.into_router().await?);
    let listener = TcpListener::bind("127.0.0.1:8000").await?;
    // Both are told: the server ends its streams, and the application waits for nothing else.
    axum::serve(listener, app).with_graceful_shutdown(ctrl_c()).await?;
    Ok(())
}
