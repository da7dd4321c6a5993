use mcp_runtime::tool;

struct Db;

#[tool]
fn query(#[serde(default)] db: &Db) {
    let _ = db;
}

fn main() {}
