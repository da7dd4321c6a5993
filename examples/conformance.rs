//! What the official conformance suite calls, reads and asks for:
//! `cargo run --example conformance -- --transport http`; `cargo xtask test --only conformance` runs both.
//!
//! Names and texts are the suite's. A line of `tests/conformance/expected.txt` stands for what is still missing.

use std::time::Duration;

use mcp_runtime::{
    Content, Context, LogLevel, Progress, PromptMessage, ResourceContents, prompt, resource, tool,
};
use tokio::time::sleep;

mcp_runtime::main!();

// Tools: content

/// Returns one block of text.
#[tool]
fn test_simple_text() -> &'static str {
    "This is a simple text response for testing."
}

/// Returns an image.
#[tool]
fn test_image_content() -> Content {
    Content::image(DOT, "image/png")
}

/// Returns sound.
#[tool]
fn test_audio_content() -> Content {
    Content::audio(SILENCE, "audio/wav")
}

/// Returns a resource with its contents.
#[tool]
fn test_embedded_resource() -> Content {
    Content::resource(
        "test://embedded-resource",
        ResourceContents::text("This is an embedded resource content.").mime_type("text/plain"),
    )
}

/// Returns text, an image and a resource.
#[tool]
fn test_multiple_content_types() -> [Content; 3] {
    let resource =
        ResourceContents::text(r#"{"test":"data","value":123}"#).mime_type("application/json");
    [
        Content::text("Multiple content types test:"),
        Content::image(DOT, "image/png"),
        Content::resource("test://mixed-content-resource", resource),
    ]
}

/// Repeats a value that proxies can read in a header.
#[tool]
fn test_custom_header(
    /// The value
    #[arg(header = "Value")]
    value: String,
) -> String {
    value
}

/// Takes what JSON Schema 2020-12 can say and Rust cannot.
#[tool(input_schema = CONTACT)]
fn json_schema_2020_12_tool() -> &'static str {
    "The schema is the point."
}

const CONTACT: &str = r##"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {
    "address": {
      "$anchor": "addressDef",
      "type": "object",
      "properties": { "street": { "type": "string" }, "city": { "type": "string" } }
    }
  },
  "properties": {
    "name": { "type": "string" },
    "address": { "$ref": "#/$defs/address" },
    "contactMethod": { "type": "string", "enum": ["phone", "email"] },
    "phone": { "type": "string" },
    "email": { "type": "string" }
  },
  "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
  "if": { "properties": { "contactMethod": { "const": "phone" } }, "required": ["contactMethod"] },
  "then": { "required": ["phone"] },
  "else": { "required": ["email"] },
  "additionalProperties": false
}"##;

/// Fails, always.
#[tool]
fn test_error_handling() -> Result<String, &'static str> {
    Err("This tool intentionally returns an error for testing")
}

// Tools: what comes before the result

/// Reports progress three times.
#[tool]
async fn test_tool_with_progress(ctx: &Context) -> &'static str {
    for done in [0, 50, 100] {
        ctx.progress(Progress::new(done).total(100));
        sleep(PAUSE).await;
    }
    "Progress reported three times"
}

/// Logs three messages.
#[tool]
async fn test_tool_with_logging(ctx: &Context) -> &'static str {
    ctx.log(LogLevel::Info, "Tool execution started");
    sleep(PAUSE).await;
    ctx.log(LogLevel::Info, "Tool processing data");
    sleep(PAUSE).await;
    ctx.log(LogLevel::Info, "Tool execution completed");
    "Three messages logged"
}

/// Logs one message, which clients that ask for none do not get.
#[tool]
fn test_logging_tool(ctx: &Context) -> &'static str {
    ctx.log(LogLevel::Info, "One message");
    "One message logged"
}

// Resources

/// Text that never changes.
#[resource("test://static-text", mime_type = "text/plain")]
fn static_text() -> &'static str {
    "This is the content of the static text resource."
}

/// Bytes that never change: a PNG image.
#[resource("test://static-binary", mime_type = "image/png")]
fn static_binary() -> &'static [u8] {
    DOT
}

/// What a client may watch.
#[resource("test://watched-resource", mime_type = "text/plain")]
fn watched_resource() -> &'static str {
    "Watched resource content"
}

/// Data by its number.
#[resource("test://template/{id}/data", mime_type = "application/json")]
fn template_data(id: &str) -> Data {
    Data { id: id.to_owned(), template_test: true, data: format!("Data for ID: {id}") }
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    id: String,
    template_test: bool,
    data: String,
}

// Prompts

/// One message, without arguments.
#[prompt]
fn test_simple_prompt() -> &'static str {
    "This is a simple test prompt."
}

/// One message that repeats the arguments.
#[prompt]
fn test_prompt_with_arguments(
    /// The first value to repeat
    arg1: &str,
    /// The second value to repeat
    arg2: Option<String>,
) -> String {
    format!("Prompt with arguments: arg1='{arg1}', arg2='{}'", arg2.unwrap_or_default())
}

/// A resource, and a question about it.
#[prompt]
fn test_prompt_with_embedded_resource(
    /// The URI of the resource
    #[serde(rename = "resourceUri", default = "example_uri")]
    resource_uri: String,
) -> [PromptMessage; 2] {
    let resource =
        ResourceContents::text("Embedded resource content for testing.").mime_type("text/plain");
    [
        PromptMessage::user(Content::resource(resource_uri, resource)),
        PromptMessage::user("Please process the embedded resource above."),
    ]
}

fn example_uri() -> String {
    "test://example-resource".to_owned()
}

/// An image, and a question about it.
#[prompt]
fn test_prompt_with_image() -> [PromptMessage; 2] {
    [
        PromptMessage::user(Content::image(DOT, "image/png")),
        PromptMessage::user("Please analyze the image above."),
    ]
}

/// Between two notifications, so that a client can tell them apart.
const PAUSE: Duration = Duration::from_millis(50);

/// A PNG image of one dot.
const DOT: &[u8] = b"\x89PNG\r\n\x1a\n\
    \x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\
    \x00\x00\x00\x0dIDATx\xdac\xfc\xcf\xc0\xf0\x1f\x00\x05\x05\x02\x00_\xc8\xf1\xd2\
    \x00\x00\x00\x00IEND\xaeB`\x82";

/// A WAV sound of one sample.
const SILENCE: &[u8] = b"RIFF\x26\x00\x00\x00WAVE\
    fmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00\
    data\x02\x00\x00\x00\x00\x00";
