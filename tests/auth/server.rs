//! A server with functions that need scopes. Nothing here says who may call: flags do.

use std::process::ExitCode;

use mcp_runtime::{Context, Principal, tool};

/// Says who calls.
#[tool(read_only)]
fn whoami(ctx: &Context) -> String {
    ctx.principal().map_or("nobody", Principal::subject).to_owned()
}

/// Reads the notes.
#[tool(read_only, scopes("notes:read"))]
fn read() -> &'static str {
    "remember the milk"
}

/// Writes a note.
#[tool(scopes("notes:write"))]
fn write(text: String) -> String {
    format!("noted: {text}")
}

fn main() -> ExitCode {
    mcp_runtime::server!().run()
}
