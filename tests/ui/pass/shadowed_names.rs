//! The expansion uses nothing that an author may have redefined.
#![allow(dead_code, unused_macros)]

struct Option;
struct Result;
struct String;
struct Vec;
struct Box;
struct Some;
struct None;
struct Ok;
struct Err;
struct Default;
struct Call;
struct Item;
struct Probe;
struct Structured;
trait Send {}
trait Sized {}
trait Clone {}
trait Deserialize {}
trait JsonSchema {}
mod std {}
mod core {}
mod serde {}
mod schemars {}
mod inventory {}
macro_rules! concat {
    () => {};
}
macro_rules! unreachable {
    () => {};
}

use ::mcp_runtime::{prompt, resource, tool, tools};

#[tool(blocking, timeout = "2m", icon("data:x", sizes = "any"))]
fn text(a: &str, b: ::std::option::Option<u8>, c: &[u8]) -> ::std::string::String {
    let _ = (b, c);
    ::std::convert::From::from(a)
}

#[tool]
async fn outcome(state: &Probe) -> ::std::result::Result<u8, &str> {
    let _ = state;
    ::std::result::Result::Ok(1)
}

#[resource("a://{b}")]
fn contents(b: u8) -> ::std::vec::Vec<u8> {
    ::std::vec![b]
}

#[prompt]
fn question(q: &str) -> ::std::string::String {
    ::std::convert::From::from(q)
}

fn main() {
    let _ = tools![text, outcome, contents, question];
}
