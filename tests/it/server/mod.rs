//! What a server does whatever carries its messages.

mod bounds;
mod cancellation;
mod offer;
mod pace;
mod state;
mod trace;

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Item, Server, tool};

async fn connect(items: impl IntoIterator<Item = Item>) -> Client {
    testing::connect(Server::new("test", "1").with(items)).await.unwrap()
}

/// Adds.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}
