use mcp_runtime::tool;

struct Query;

#[tool]
fn search(query: Query) {
    drop(query);
}

fn main() {}
