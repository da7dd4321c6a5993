use mcp_runtime::tool;

#[tool(
    meta("io.modelcontextprotocol/owner" = "me"),
    meta("com.mcp.tools/owner" = "me"),
    meta("my key" = 1),
    meta("com.example/a" = 'c'),
    meta(owner = "me"),
)]
fn add(a: i64) -> i64 {
    a
}

fn main() {}
