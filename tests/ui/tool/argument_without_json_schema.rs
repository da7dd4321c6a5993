use mcp_runtime::tool;

#[derive(serde::Deserialize)]
struct Query {
    text: String,
}

#[tool]
fn search(limit: u32, query: Option<Query>) -> String {
    query.map(|query| query.text.repeat(limit as usize)).unwrap_or_default()
}

fn main() {}
