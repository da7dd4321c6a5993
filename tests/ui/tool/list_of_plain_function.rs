use mcp_runtime::{tool, tools};

fn add(a: i64) -> i64 {
    a
}

#[tool]
fn sub(a: i64) -> i64 {
    -a
}

fn list() {
    let _ = tools![add, sub];
    let _ = tools![sub()];
    let _ = tools!["sub"];
}

fn main() {}
