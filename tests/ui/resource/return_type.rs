use mcp_runtime::resource;

struct Row;

#[resource("a://b")]
fn row() -> Row {
    Row
}

#[resource("a://c")]
fn rows() -> Option<Vec<Row>> {
    None
}

fn main() {}
