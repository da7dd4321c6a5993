use mcp_runtime::tool;

#[tool(title = 3, read_only = "yes", destructive(false), timeout = "soon", crate = "mcp", inline blocking)]
fn add(a: i64) -> i64 {
    a
}

#[tool(timeout = 30, icon = "https://example.com/a.png", meta = "x", description)]
fn get() {}

fn main() {}
