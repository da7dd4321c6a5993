use mcp_runtime::tool;

#[tool]
fn greet(name: impl Into<String>) -> String {
    name.into()
}

fn main() {}
