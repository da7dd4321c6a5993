//! The attributes of `mcp-runtime`. Use them through that crate, where they are documented.
//!
//! Read `tool::expand` first, then one file of `tests/expand/` to see what it writes.

mod arguments;
mod attr;
mod complete;
mod definition;
mod docs;
mod errors;
mod fallback;
mod header;
mod item;
mod kind;
mod parameter;
mod prompt;
mod resource;
mod signature;
mod tool;
mod tools;
mod types;
mod uri;

#[cfg(test)]
mod snapshots;

use proc_macro::TokenStream;

/// Makes a function a tool. Documented at `mcp_runtime::tool`.
#[proc_macro_attribute]
pub fn tool(attribute: TokenStream, item: TokenStream) -> TokenStream {
    tool::expand(attribute.into(), &item.into()).into()
}

/// Makes a function a resource. Documented at `mcp_runtime::resource`.
#[proc_macro_attribute]
pub fn resource(attribute: TokenStream, item: TokenStream) -> TokenStream {
    resource::expand(attribute.into(), &item.into()).into()
}

/// Makes a function a prompt. Documented at `mcp_runtime::prompt`.
#[proc_macro_attribute]
pub fn prompt(attribute: TokenStream, item: TokenStream) -> TokenStream {
    prompt::expand(attribute.into(), &item.into()).into()
}

/// Lists annotated functions. Documented at `mcp_runtime::tools`.
#[proc_macro]
pub fn tools(paths: TokenStream) -> TokenStream {
    tools::expand(paths.into()).into()
}
