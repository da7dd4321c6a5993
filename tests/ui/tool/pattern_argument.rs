use mcp_runtime::tool;

#[tool]
fn distance((x, y): (f64, f64)) -> f64 {
    x.hypot(y)
}

#[tool]
fn ignore(_: String) {}

fn main() {}
