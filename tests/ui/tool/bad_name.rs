use mcp_runtime::tool;

#[tool(name = "add numbers")]
fn add(a: i64) -> i64 {
    a
}

#[tool(name = "")]
fn get() {}

#[tool]
fn größe() {}

fn main() {}
