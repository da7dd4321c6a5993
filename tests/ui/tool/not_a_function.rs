use mcp_runtime::tool;

#[tool]
struct Add {
    a: i64,
}

#[tool]
pub const ADD: i64 = 1;

#[tool]
mod add {}

fn main() {}
