use mcp_runtime::tool;

#[derive(schemars::JsonSchema)]
struct Query {
    text: String,
}

#[tool]
fn search(limit: u32, query: Query) -> String {
    query.text.repeat(limit as usize)
}

fn main() {}
