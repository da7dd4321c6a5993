#![allow(unused_variables)]

use std::cell::Cell;

use mcp_runtime::tool;

#[tool]
fn count(counter: &Cell<u32>) -> u32 {
    counter.get()
}

trait Store {}

#[tool]
fn store(store: &dyn Store) {}

fn main() {}
