#![allow(unused_variables)]

use std::collections::HashMap;

use mcp_runtime::prompt;

#[prompt]
fn explain(
    list: Vec<String>,
    slice: &[String],
    map: Option<HashMap<String, String>>,
    tuple: (u8, u8),
    array: [u8; 3],
    fine: Option<u8>,
) -> String {
    String::new()
}

fn main() {}
