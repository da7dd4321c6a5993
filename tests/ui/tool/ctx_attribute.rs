#![allow(unused_variables)]

use mcp_runtime::tool;

struct User;

#[tool]
fn who(
    #[ctx] a: &User,
    #[ctx(optional)] b: User,
    #[ctx]
    #[arg(flatten)]
    c: User,
) {
}

fn main() {}
