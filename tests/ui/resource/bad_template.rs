#![allow(unused_variables)]

use mcp_runtime::resource;

#[resource("a://{id")]
fn unclosed(id: u8) -> String {
    String::new()
}

#[resource("a://{}")]
fn unnamed() -> String {
    String::new()
}

#[resource("a://{;v}")]
fn parameters(v: u8) -> String {
    String::new()
}

#[resource("a://{v:3}")]
fn prefix(v: u8) -> String {
    String::new()
}

#[resource("a://{v*}")]
fn explode(v: u8) -> String {
    String::new()
}

#[resource("a://{a,b}")]
fn several(a: u8, b: u8) -> String {
    String::new()
}

#[resource("a://{a}/{a}")]
fn twice(a: u8) -> String {
    String::new()
}

#[resource("a://{a}{b}")]
fn adjacent(a: u8, b: u8) -> String {
    String::new()
}

fn main() {}
