#![doc = include_str!("../docs/crate.md")]
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
#![cfg_attr(
    not(all(
        feature = "cli",
        feature = "stdio",
        feature = "sse",
        feature = "metrics",
        feature = "otel"
    )),
    allow(
        dead_code,
        unused_imports,
        reason = "the layers below serve every transport; dead code is looked for where all are built"
    )
)]

extern crate self as mcp_runtime; // generated code says `::mcp_runtime`, here as in any other crate

#[cfg(feature = "cli")]
mod cli;
mod context;
mod handler;
mod registry;
mod revision;
mod server;
pub mod testing;
mod transport;
mod wire;

pub use context::{
    Ask, AskError, Client, Context, Elicit, Elicited, ListRoots, OnCancel, OnceError, OnceFuture,
    OnceStore, Principal, Progress, Root, Sample, Sampled, TraceParent,
};
pub use handler::{
    FromContext, IntoPromptResult, IntoResourceContents, IntoToolResult, Item, ToolError,
};
pub use registry::Update;
pub use revision::Revision;
pub use server::{
    Error, Extension, Limits, MethodError, Server, ServerHandle, ShutdownHook, StateFactory,
};
#[cfg(feature = "auth")]
pub use transport::http::{Auth, TokenError, TokenVerifier, Verifying};
#[cfg(feature = "http")]
pub use transport::http::{EventStore, HttpOptions, StoredEvent};
pub use wire::cache::CacheScope;
pub use wire::content::{Content, Role};
pub use wire::icon::{Icon, Theme};
pub use wire::initialize::ClientInfo;
pub use wire::log::LogLevel;
pub use wire::prompt::{GetPromptResult, PromptMessage};
pub use wire::resource::ResourceContents;
pub use wire::sampling::{IncludeContext, SamplingMessage, ToolChoice, ToolResult, ToolUse};
pub use wire::tool::CallToolResult;

/// What [`Server::layer`](crate::Server::layer) puts around calls.
#[cfg(feature = "layers")]
pub mod layer {
    pub use tower_layer::{Layer, layer_fn};
    pub use tower_service::Service;

    pub use crate::server::{CallOutcome, CallReply, CallRequest, Calls};
}

#[doc = include_str!("../docs/asking.md")]
pub mod asking {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}

#[doc = include_str!("../docs/deploy.md")]
#[cfg(feature = "http")]
pub mod deploy {}

#[cfg(feature = "auth")]
#[doc = include_str!("../docs/auth.md")]
pub mod auth {}

#[doc(hidden)]
pub use handler::private as __private;
#[cfg(feature = "__steps")]
#[doc(hidden)]
pub use server::steps as __steps;

#[cfg(feature = "macros")]
#[doc = include_str!("../docs/prompt.md")]
pub use mcp_runtime_macros::prompt;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/resource.md")]
pub use mcp_runtime_macros::resource;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/tool.md")]
pub use mcp_runtime_macros::tool;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/tools.md")]
pub use mcp_runtime_macros::tools;

/// A [`Server`] with every annotated function of the program, listed by name, that goes by the
/// name of the program and the version of its Cargo package.
///
/// ```
/// let server = mcp_runtime::server!().instructions("Ask before deleting.");
/// # let _ = server;
/// ```
#[macro_export]
macro_rules! server {
    () => {
        $crate::Server::of_program(
            match ::core::option_env!("CARGO_BIN_NAME") {
                ::core::option::Option::Some(name) => name,
                ::core::option::Option::None => ::core::env!("CARGO_PKG_NAME"),
            },
            ::core::env!("CARGO_PKG_VERSION"),
        )
    };
}

/// `fn main` of a server that has nothing to say beyond its functions: `server!().run()`.
///
/// ```
/// mcp_runtime::main!();
/// ```
#[cfg(feature = "cli")]
#[macro_export]
macro_rules! main {
    () => {
        fn main() -> ::std::process::ExitCode {
            $crate::server!().run()
        }
    };
}
