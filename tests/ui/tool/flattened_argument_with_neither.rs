use mcp_runtime::tool;

struct Query;

#[tool]
fn search(#[arg(flatten)] query: Query) {
    drop(query);
}

fn main() {}
