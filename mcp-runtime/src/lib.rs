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
mod revision;
mod wire;

pub use context::{Client, Context, Progress};
pub use handler::{
    FromContext, IntoPromptResult, IntoResourceContents, IntoToolResult, Item, ToolError,
};
pub use revision::Revision;
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
pub use mcp_runtime_macros::{};
