//! A server with one function of each kind: what the golden messages are made of.

use mcp_runtime::{
    CallToolResult, Content, Context, GetPromptResult, Icon, Item, LogLevel, Progress,
    PromptMessage, ResourceContents, Role, Server, ToolError, prompt, resource, tool, tools,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How to sort.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Order {
    Up,
    Down,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Page {
    /// What was found
    titles: Vec<String>,
    next: Option<u32>,
}

/// Finds things.
///
/// Titles come sorted.
#[tool(
    title = "Search",
    read_only,
    idempotent,
    open_world = false,
    icon("https://example.com/search.png", mime_type = "image/png", sizes = "48x48", theme = "dark"),
    meta("example.com/team" = "search", "example.com/weight" = 3)
)]
fn search(
    /// Words to look for
    query: &str,
    /// How many at most
    #[serde(default = "ten")]
    limit: u32,
    order: Option<Order>,
    tags: &[String],
) -> Page {
    let mut titles: Vec<_> =
        tags.iter().map(|tag| format!("{query} {tag}")).take(limit as usize).collect();
    if let Some(Order::Down) = order {
        titles.reverse();
    }
    Page { titles, next: None }
}

fn ten() -> u32 {
    10
}

/// Says what it is told.
#[tool]
pub(crate) fn echo(#[arg(header = "Text")] text: String) -> String {
    text
}

/// Adds.
#[tool]
async fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Does nothing.
#[tool]
fn nothing() {}

/// Shows every kind of content.
#[tool]
fn show() -> Vec<Content> {
    vec![
        Content::text("text").audience(&[Role::User]).priority(0.5),
        Content::image([0, 1, 2], "image/png"),
        Content::audio([0, 1, 2, 3], "audio/wav"),
        Content::resource("note://1", ResourceContents::text("inside").mime_type("text/plain")),
        Content::link("note://2", "second note"),
        Content::text("with meta").meta("example.com/mark", 1),
    ]
}

/// Counts, and says so.
#[tool]
async fn count(ctx: &Context, to: u32) -> CallToolResult {
    for done in 1..=to {
        ctx.progress(Progress::new(done).total(to).message(format!("step {done}")));
    }
    ctx.log(LogLevel::Debug, "not heard");
    ctx.log(LogLevel::Warning, serde_json::json!({ "counted": to }));
    CallToolResult::new(["done"]).meta("example.com/cost", 2)
}

/// Fails.
#[tool]
fn fail(how: &str) -> Result<String, ToolError> {
    match how {
        "text" => Err(ToolError::new("it broke").content(Content::text("try again"))),
        "parse" => Ok("x".parse::<i32>()?.to_string()),
        "internal" => Err(ToolError::internal("the password is 1234")),
        "panic" => panic!("the password is 1234"),
        other => Ok(other.to_owned()),
    }
}

/// As nobody would derive it: `z` before `a`, a reference, and a keyword of our own.
const CONTACT: &str = r##"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "x-z": 1.0,
    "properties": {
        "name": { "type": "string" },
        "address": { "$ref": "#/$defs/address" },
        "phone": { "type": "string" }
    },
    "required": ["name", "address"],
    "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["name"] }] }],
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": { "street": { "type": "string" }, "number": { "type": "integer" } },
            "required": ["number"]
        }
    },
    "additionalProperties": false
}"##;

#[derive(Debug, Deserialize, JsonSchema)]
struct Address {
    street: Option<String>,
    number: u16,
}

/// Notes how to reach somebody.
#[tool(
    input_schema = CONTACT,
    output_schema = r#"{ "type": "object", "required": ["noted"], "x-y": true }"#
)]
fn contact(name: String, address: Address, phone: Option<String>) -> serde_json::Value {
    serde_json::json!({ "noted": [name, address.street, address.number, phone] })
}

/// The configuration.
#[resource(
    "config://app",
    title = "Configuration",
    mime_type = "application/toml",
    size = 5,
    audience(user, assistant),
    priority = 0.8,
    last_modified = "2026-01-01T00:00:00Z",
    ttl = "90s",
    scope = "public",
    icon("https://example.com/config.png"),
    meta("example.com/kind" = "config")
)]
fn config() -> &'static str {
    "a = 1"
}

/// A dot.
#[resource("image://dot", mime_type = "image/png")]
pub(crate) fn dot() -> Vec<u8> {
    vec![0, 1, 2]
}

/// One user.
#[resource("users://{id}/profile")]
async fn profile(
    /// The user's number
    id: u64,
) -> Option<serde_json::Value> {
    (id < 100).then(|| serde_json::json!({ "id": id }))
}

/// A log file.
#[resource("logs://{day}{?level}", mime_type = "text/plain")]
fn logs(
    #[complete(["monday", "tuesday"])] day: &str,
    level: Option<String>,
) -> Result<String, String> {
    match level.as_deref() {
        Some("secret") => Err("not for you".to_owned()),
        level => Ok(format!("{day} {}", level.unwrap_or("all"))),
    }
}

/// Asks for a review.
#[prompt(title = "Review", icon("https://example.com/review.png"))]
fn review(
    /// The code
    code: &str,
    /// How to say it
    order: Option<Order>,
    lines: Option<u32>,
) -> GetPromptResult {
    let ask = format!("Review {code} ({order:?}, {lines:?})");
    GetPromptResult::new([
        PromptMessage::user(ask),
        PromptMessage::assistant(Content::link("code://1", "code")),
    ])
    .description("A review")
}

/// Says hello.
#[prompt]
pub(crate) fn hello() -> &'static str {
    "Hello!"
}

pub(crate) fn items() -> [Item; 14] {
    tools![
        search, echo, add, nothing, show, count, fail, contact, config, dot, profile, logs, review,
        hello
    ]
}

pub(crate) fn server() -> Server {
    Server::new("kitchen", "1.2.3")
        .title("Kitchen")
        .description("Everything at once")
        .website_url("https://example.com")
        .icon(Icon::new("https://example.com/kitchen.png"))
        .instructions("Taste everything.")
        .page_size(4)
        .with(items())
}
