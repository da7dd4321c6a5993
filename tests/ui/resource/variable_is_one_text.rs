#![allow(unused_variables)]

use std::collections::HashMap;

use mcp_runtime::resource;

#[resource("a://{ids}/{map}{/path*}{?tags,borrowed}")]
fn list(ids: Vec<u64>, map: HashMap<String, u8>, path: Vec<String>, tags: Option<Vec<u8>>, borrowed: Option<&[u8]>) -> String {
    String::new()
}

#[resource("b://c{/path*}")]
fn exploded(path: &str) -> String {
    String::new()
}

fn main() {}
