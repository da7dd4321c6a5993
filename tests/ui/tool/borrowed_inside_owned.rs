#![allow(unused_variables)]

use std::borrow::Cow;

use mcp_runtime::tool;

struct Db;

#[tool]
fn all(
    text: Option<&str>,
    state: Option<&Db>,
    list: Vec<&str>,
    slice: &[&str],
    cow: Cow<'_, str>,
) {
}

fn main() {}
