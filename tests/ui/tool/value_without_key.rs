use mcp_runtime::tool;

#[tool("add")]
fn sum(a: i64) -> i64 {
    a
}

fn main() {}
