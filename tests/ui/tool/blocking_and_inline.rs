use mcp_runtime::tool;

#[tool(blocking, inline)]
fn add(a: i64) -> i64 {
    a
}

fn main() {}
