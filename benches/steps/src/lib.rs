//! The steps of a request, each by itself: bytes to message, message to reply, result to bytes.
//!
//! `cargo bench --package steps` shows what each takes, and what it allocates. The program of the same name repeats
//! one, so that `compare` can count its instructions.

use std::fmt;
use std::hint::black_box;

use bytes::Bytes;
use mcp_runtime::__steps::Steps;
use mcp_runtime::{Content, Server, tool, tools};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Adds two numbers.
#[tool(inline)]
fn add(
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
) -> i64 {
    a + b
}

/// Says it again.
#[tool(inline)]
fn echo(
    /// What to say
    text: String,
) -> String {
    text
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Place {
    name: String,
    latitude: f64,
    longitude: f64,
}

/// Turns a route round.
#[tool(inline)]
fn reverse(
    /// Where it leads
    mut places: Vec<Place>,
) -> Vec<Place> {
    places.reverse();
    places
}

/// Once prepared, a step can be repeated.
pub struct Step {
    pub name: &'static str,
    prepare: fn(Steps) -> Box<dyn FnMut()>,
}

impl Step {
    pub fn prepare(&self) -> Box<dyn FnMut()> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let server = Server::new("steps", "1.0.0").with(tools![add, echo, reverse]);
        (self.prepare)(runtime.block_on(Steps::of(server)).expect("no mistakes in it"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

pub const ALL: &[Step] = &[
    Step { name: "parse add", prepare: |steps| parsing(steps, &add_request()) },
    Step { name: "parse echo 10 KiB", prepare: |steps| parsing(steps, &echo_request()) },
    Step { name: "parse 10 KiB of code", prepare: |steps| parsing(steps, &code_request()) },
    Step { name: "parse an object", prepare: |steps| parsing(steps, &reverse_request()) },
    Step {
        name: "dispatch server/discover",
        prepare: |steps| dispatching(steps, &request("server/discover", "")),
    },
    Step { name: "dispatch add", prepare: |steps| dispatching(steps, &add_request()) },
    Step { name: "dispatch echo 10 KiB", prepare: |steps| dispatching(steps, &echo_request()) },
    Step { name: "dispatch an object", prepare: |steps| dispatching(steps, &reverse_request()) },
    Step {
        name: "dispatch tools/list",
        prepare: |steps| dispatching(steps, &request("tools/list", "")),
    },
    Step { name: "encode a word", prepare: |steps| encoding(steps, 1) },
    Step { name: "encode 20 blocks", prepare: |steps| encoding(steps, 20) },
];

/// Bytes of which serde has read nothing yet, to a message whose members are found.
fn parsing(steps: Steps, request: &str) -> Box<dyn FnMut()> {
    let request = Bytes::from(request.to_owned());
    Box::new(move || {
        let parsed = steps.parse(black_box(request.clone()));
        assert!(black_box(parsed).is_some());
    })
}

/// A message to the bytes of its reply; the function is run, and its result encoded.
fn dispatching(steps: Steps, request: &str) -> Box<dyn FnMut()> {
    let parsed = steps.parse(Bytes::from(request.to_owned())).expect("a message");
    let reply = steps.dispatch(parsed.clone()).expect("a reply at once");
    let reply = String::from_utf8(reply).expect("JSON");
    assert!(reply.contains(r#""resultType":"complete""#), "{reply}");
    assert!(!reply.contains(r#""isError":true"#), "{reply}");
    Box::new(move || {
        let reply = steps.dispatch(black_box(parsed.clone()));
        assert!(black_box(reply).is_some());
    })
}

/// What a function has returned to the bytes of a reply.
fn encoding(steps: Steps, blocks: usize) -> Box<dyn FnMut()> {
    let content = vec![Content::text("3000000000"); blocks];
    Box::new(move || {
        assert!(!black_box(steps.encode(black_box(content.clone()))).is_empty());
    })
}

fn add_request() -> String {
    call("add", r#"{"a":1000000000,"b":2}"#)
}

fn echo_request() -> String {
    call("echo", &format!(r#"{{"text":"{}"}}"#, "plain text ".repeat(931)))
}

/// As JSON writes code: with a line break in each line, and quotes in some.
fn code_request() -> String {
    let line = r#"    let text = \"of a string\";\n"#;
    call("echo", &format!(r#"{{"text":"{}"}}"#, line.repeat(10_240 / line.len())))
}

fn reverse_request() -> String {
    let place = r#"{"name":"Null Island","latitude":0.125,"longitude":-0.25}"#;
    call("reverse", &format!(r#"{{"places":[{}]}}"#, [place; 20].join(",")))
}

fn call(tool: &str, arguments: &str) -> String {
    request("tools/call", &format!(r#""name":"{tool}","arguments":{arguments},"#))
}

fn request(method: &str, params: &str) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{params}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"steps","version":"1.0.0"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}"#
    )
}
