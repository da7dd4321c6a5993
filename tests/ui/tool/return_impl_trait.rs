use mcp_runtime::tool;

#[tool]
fn name() -> impl Into<String> {
    "name"
}

#[tool]
fn names() -> Result<Vec<impl Into<String>>, String> {
    Ok(vec!["name"])
}

fn main() {}
