#![allow(unused_variables)]

use mcp_runtime::{prompt, tool};

struct Db;

#[prompt]
fn forms(
    #[complete] a: String,
    #[complete("a")] b: String,
    #[complete(["a"])]
    #[complete(["b"])]
    c: String,
    #[complete(["a"])] db: &Db,
) -> String {
    a + &b + &c
}

#[tool]
fn add(#[complete(["1"])] a: i64) -> i64 {
    a
}

fn main() {}
