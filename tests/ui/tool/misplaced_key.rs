use mcp_runtime::tool;

#[tool(mime_type = "text/plain", size = 3)]
fn add(a: i64) -> i64 {
    a
}

fn main() {}
