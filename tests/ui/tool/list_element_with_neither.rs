use mcp_runtime::tool;

struct Id;

#[tool]
fn delete(ids: &[Id]) -> usize {
    ids.len()
}

fn main() {}
