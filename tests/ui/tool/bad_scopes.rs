use mcp_runtime::{prompt, resource, tool};

#[tool(scopes)]
fn bare() {}

#[tool(scopes = "files:read")]
fn assigned() {}

#[resource("a://b", scopes())]
fn none() {}

#[prompt(scopes("files:read files:write"))]
fn together() -> &'static str {
    ""
}

#[tool(scopes(files))]
fn unquoted() {}

fn main() {}
