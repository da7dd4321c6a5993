use mcp_runtime::tool;

#[tool]
extern "C" fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn main() {}
