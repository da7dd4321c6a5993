#![allow(unused_imports)]

use mcp_runtime::{prompt, tool};

#[tool]
#[prompt]
fn add(a: i64) -> String {
    a.to_string()
}

fn main() {}
