#![allow(unused_variables)]

use mcp_runtime::tool;

struct NotFound;

#[tool]
fn find(name: &str) -> Result<String, NotFound> {
    Err(NotFound)
}

fn main() {}
