//! An in-process client for tests: a server's functions through the real protocol, without a
//! process or a socket.
//!
//! ```
//! use std::collections::HashMap;
//!
//! use mcp_runtime::{Server, testing, tool, tools};
//!
//! /// Adds two numbers.
//! #[tool]
//! fn add(a: i64, b: i64) -> i64 {
//!     a + b
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::new("calculator", "1.0.0").with(tools![add]);
//! let client = testing::connect(server).await?;
//! let sum = client.call("add", HashMap::from([("a", 1), ("b", 2)])).await?;
//! assert_eq!(sum.text(), "3");
//! # Ok(())
//! # }
//! ```

mod answers;
mod client;
mod receiver;
mod replies;
mod watch;

pub use answers::Answer;
pub use client::Client;
pub use replies::{CallReply, Refusal};
#[doc(hidden)]
pub use watch::{Watch, Watcher};

use answers::Answering;
use serde_json::Value;
use std::sync::Arc;

use crate::context::{Caller, Principal};
use crate::revision::Revision;
use crate::server::{Error, Server};

/// Connects a client of the newest revision to a server.
///
/// # Errors
///
/// What keeps the server from starting: duplicate names, missing state, state that cannot be made.
pub async fn connect(server: Server) -> Result<Client, Error> {
    connect_at(server, Revision::NEWEST_STATELESS).await
}

/// Connects a client that has said nothing yet: for tests of the handshake itself.
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_raw(server: Server) -> Result<Client, Error> {
    Ok(Client::open(
        server.build(&()).await?,
        Revision::NEWEST_HANDSHAKE,
        Answering::nothing(),
        Caller::Local,
    ))
}

/// Connects a client of any revision, with the handshake that revision has.
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_at(server: Server, revision: Revision) -> Result<Client, Error> {
    Client::connect(server.build(&()).await?, revision, Answering::nothing(), Caller::Local).await
}

/// Connects a client of which the server knows who it is, as it would over HTTP: what needs a
/// scope is there for it only if it holds that. The other clients here may do everything.
///
/// ```
/// use mcp_runtime::{Principal, Revision, Server, testing, tool, tools};
///
/// /// Empties the bin.
/// #[tool(scopes("bin:empty"))]
/// fn empty() {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::new("bin", "1.0.0").with(tools![empty]);
/// let guest = testing::connect_as(server, Revision::V2026_07_28, Principal::new("guest")).await?;
/// assert!(guest.list("tools").await?.is_empty());
/// assert!(guest.call("empty", ()).await.is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_as(
    server: Server,
    revision: Revision,
    principal: Principal,
) -> Result<Client, Error> {
    let caller = Caller::Known(Arc::new(principal));
    Client::connect(server.build(&()).await?, revision, Answering::nothing(), caller).await
}

/// Connects a client that answers what functions ask: `respond` gets the method and the params of
/// each question. `capabilities` is what the client declares, and so what it can be asked.
///
/// ```
/// use mcp_runtime::testing::{self, Answer};
/// use mcp_runtime::{AskError, Context, Revision, Server, tool, tools};
/// use serde_json::json;
///
/// /// Counts the client's folders.
/// #[tool]
/// async fn folders(ctx: &Context) -> Result<usize, AskError> {
///     Ok(ctx.roots().await?.len())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let server = Server::new("folders", "1.0.0").with(tools![folders]);
/// let capabilities = json!({ "roots": {} });
/// let client = testing::connect_answering(server, Revision::V2025_11_25, capabilities, |_, _| {
///     Answer::Result(json!({ "roots": [{ "uri": "file:///home/me" }] }))
/// })
/// .await?;
/// assert_eq!(client.call("folders", ()).await?.structured::<usize>(), 1);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_answering(
    server: Server,
    revision: Revision,
    capabilities: Value,
    respond: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static,
) -> Result<Client, Error> {
    let answering = Answering::new(capabilities, respond);
    Client::connect(server.build(&()).await?, revision, answering, Caller::Local).await
}
