#![allow(unused_variables)]

use mcp_runtime::tool;

#[tool]
fn greet(name: impl Into<String>) -> String {
    name.into()
}

#[tool]
fn all(names: Vec<impl Into<String>>) {}

fn main() {}
