use mcp_runtime::tool;

#[tool(titel = "Add")]
fn add(a: i64) -> i64 {
    a
}

#[tool(readOnlyHint = true)]
fn get() {}

#[tool(zebra)]
fn put() {}

fn main() {}
