use mcp_runtime::tool;

#[tool(blocking)]
async fn add(a: i64) -> i64 {
    a
}

#[tool(inline)]
async fn sub(a: i64) -> i64 {
    -a
}

fn main() {}
