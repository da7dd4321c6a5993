use mcp_runtime::tool;

#[tool(max_concurrency = 0)]
fn never() {}

#[tool(max_concurrency = -1)]
fn less() {}

#[tool(max_concurrency = "4")]
fn text() {}

fn main() {}
