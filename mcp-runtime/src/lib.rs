//! Annotate plain Rust functions, get an MCP server.

// Peer input cannot panic the process. What can is an `#[expect]` with the reason why it does not.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::unimplemented
    )
)]

extern crate self as mcp_runtime; // generated code says `::mcp_runtime`, here as in any other crate

mod context;
mod handler;
mod registry;
mod revision;
mod server;
mod transport;
mod wire;

pub use context::{Client, Context, Progress};
pub use handler::{
    FromContext, IntoPromptResult, IntoResourceContents, IntoToolResult, Item, ToolError,
};
pub use revision::Revision;
pub use server::{Error, Server, StateFactory};
pub use wire::content::{Content, Role};
pub use wire::icon::{Icon, Theme};
pub use wire::initialize::ClientInfo;
pub use wire::log::LogLevel;
pub use wire::prompt::{GetPromptResult, PromptMessage};
pub use wire::resource::ResourceContents;
pub use wire::tool::CallToolResult;

#[doc(hidden)]
pub use handler::private as __private;

#[cfg(feature = "macros")]
pub use mcp_runtime_macros::{prompt, resource, tool, tools};

#[cfg(test)]
mod smoke {
    #![allow(missing_docs, reason = "temporary")]
    use crate::*;

    /// Adds two numbers.
    #[tool]
    fn add(
        /// First addend
        a: i64,
        b: i64,
    ) -> i64 {
        a + b
    }

    #[tokio::test]
    async fn adds() {
        let service = Server::new("t", "1").with(tools![add]).build(&()).await.unwrap();
        let (connection, mut replies) = transport::memory::Connection::open(service);
        for text in [
            r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"tools/list"}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#,
        ] {
            connection.send(text.into());
            println!("{}", String::from_utf8(replies.recv().await.unwrap()).unwrap());
        }
    }
}
