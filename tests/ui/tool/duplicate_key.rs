use mcp_runtime::tool;

#[tool(title = "Add", read_only, title = "Sum")]
fn add(a: i64) -> i64 {
    a
}

fn main() {}
