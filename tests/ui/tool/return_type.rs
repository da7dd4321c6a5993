use mcp_runtime::tool;

struct Row;

#[tool]
fn row() -> Row {
    Row
}

#[tool]
async fn rows() -> Result<Vec<Row>, String> {
    Ok(vec![Row])
}

fn main() {}
