#![allow(unused_variables)]

use mcp_runtime::tool;

struct Page;

#[tool]
fn list(
    #[arg(flaten)] a: Page,
    #[arg(default = 3)] b: u32,
    #[arg] c: u32,
    #[arg(flatten)] d: &Page,
) {
}

fn main() {}
