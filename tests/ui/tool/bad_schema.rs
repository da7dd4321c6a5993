use mcp_runtime::tool;

const SIZE: u32 = 3;

#[tool(input_schema = 3, output_schema)]
fn neither(a: i64) -> i64 {
    a
}

#[tool(input_schema = SIZE)]
fn no_text() {}

fn main() {}
