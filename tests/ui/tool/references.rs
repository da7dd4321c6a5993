#![allow(unused_variables)]

use std::path::Path;

use mcp_runtime::tool;

struct Db;

#[tool]
fn all(
    string: &String,
    vec: &Vec<u8>,
    path: &Path,
    number: &u32,
    option: &Option<String>,
    tuple: &(u8, u8),
    array: &[u8; 4],
    twice: &&Db,
    exclusive: &mut Db,
    forever: &'static Db,
    any: &impl Copy,
) {
}

fn main() {}
