//! What the official conformance suite calls, reads and asks for:
//! `cargo run --example conformance -- --transport http`; `cargo xtask test --only conformance` runs both.
//!
//! Names and texts are the suite's. A line of `tests/conformance/expected.txt` stands for what is still missing.

#![expect(dead_code, reason = "answers are shown by `Debug`, which does not count as reading")]

use std::future::IntoFuture;
use std::time::Duration;

use mcp_runtime::{
    AskError, Content, Context, Elicited, Error, LogLevel, Progress, PromptMessage,
    ResourceContents, prompt, resource, tool, tools,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

fn main() -> std::process::ExitCode {
    mcp_runtime::server!().disable(tools![passing_tool, passing_prompt]).run()
}

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

/// Lets its connection go, and has its result when the client is back.
#[tool]
async fn test_reconnection(ctx: &Context) -> &'static str {
    ctx.close_stream();
    sleep(2 * PAUSE).await;
    "Reconnection test completed"
}

/// Has another tool for a moment, which changes the list of tools.
#[tool]
fn test_trigger_tool_change(ctx: &Context) -> Result<&'static str, Error> {
    ctx.server().update(|items| items.enable(tools![passing_tool]))?;
    ctx.server().update(|items| items.disable(tools![passing_tool]))?;
    Ok("Tools changed")
}

/// Has another prompt for a moment, which changes the list of prompts.
#[tool]
fn test_trigger_prompt_change(ctx: &Context) -> Result<&'static str, Error> {
    ctx.server().update(|items| items.enable(tools![passing_prompt]))?;
    ctx.server().update(|items| items.disable(tools![passing_prompt]))?;
    Ok("Prompts changed")
}

/// Comes and goes.
#[tool]
fn passing_tool() {}

/// Comes and goes.
#[prompt]
fn passing_prompt() -> &'static str {
    "Here for a moment."
}

/// Logs one message, which clients that ask for none do not get.
#[tool]
fn test_logging_tool(ctx: &Context) -> &'static str {
    ctx.log(LogLevel::Info, "One message");
    "One message logged"
}

// Tools: questions to the client

/// Asks the client's model.
#[tool]
async fn test_sampling(
    ctx: &Context,
    /// What to ask
    prompt: String,
) -> Result<String, AskError> {
    let sampled = ctx.sample([PromptMessage::user(prompt)]).max_tokens(100).await?;
    Ok(format!("LLM response: {}", sampled.text()))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Contact {
    /// User's response
    username: String,
    /// User's email address
    email: String,
}

/// Asks the user for a name and an address.
#[tool]
async fn test_elicitation(
    ctx: &Context,
    /// What to ask
    message: String,
) -> Result<String, AskError> {
    let answer = ctx.elicit::<Contact>(message).await?;
    Ok(format!("User response: {answer:?}"))
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[default]
    Active,
    Inactive,
    Pending,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Defaults {
    #[serde(default = "john")]
    name: String,
    #[serde(default = "thirty")]
    age: i64,
    #[serde(default = "good")]
    score: f64,
    #[serde(default)]
    status: Status,
    #[serde(default = "yes")]
    verified: bool,
}

fn john() -> String {
    "John Doe".to_owned()
}

fn thirty() -> i64 {
    30
}

fn good() -> f64 {
    95.5
}

fn yes() -> bool {
    true
}

/// Asks for what is filled in already.
#[tool]
async fn test_elicitation_sep1034_defaults(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Defaults>("Check what is filled in").await?;
    Ok(format!("Elicitation completed: action={}", action(&answer)))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Option1,
    Option2,
    Option3,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Titled {
    /// First Option
    Value1,
    /// Second Option
    Value2,
    /// Third Option
    Value3,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Legacy {
    Opt1,
    Opt2,
    Opt3,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Choices {
    untitled_single: Choice,
    titled_single: Titled,
    #[schemars(extend("enumNames" = ["Option One", "Option Two", "Option Three"]))]
    legacy_enum: Legacy,
    untitled_multi: Vec<Choice>,
    titled_multi: Vec<Titled>,
}

/// Asks for every kind of choice.
#[tool]
async fn test_elicitation_sep1330_enums(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Choices>("Choose").await?;
    Ok(format!("Enum elicitation completed: action={}", action(&answer)))
}

fn action<T>(answer: &Elicited<T>) -> &'static str {
    match answer {
        Elicited::Accepted(_) => "accept",
        Elicited::Declined => "decline",
        Elicited::Cancelled => "cancel",
    }
}

// Tools: questions in rounds

#[derive(Debug, Deserialize, JsonSchema)]
struct Name {
    name: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Consent {
    ok: bool,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Color {
    color: String,
}

/// Greets the user by name.
#[tool]
async fn test_input_required_result_elicitation(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Name>("What is your name?").key("user_name").await?;
    Ok(answer.accepted().map_or("Hello!".to_owned(), |Name { name }| format!("Hello, {name}!")))
}

/// Asks the model for a capital.
#[tool]
async fn test_input_required_result_sampling(ctx: &Context) -> Result<String, AskError> {
    let question = PromptMessage::user("What is the capital of France?");
    let answer = ctx.sample([question]).max_tokens(100).key("capital_question").await?;
    Ok(answer.text())
}

/// Lists the client's folders.
#[tool]
async fn test_input_required_result_list_roots(ctx: &Context) -> Result<String, AskError> {
    let roots = ctx.roots().key("client_roots").await?;
    Ok(roots.iter().map(|root| root.uri.as_str()).collect::<Vec<_>>().join("\n"))
}

/// Asks once and sees that the state came back.
#[tool]
async fn test_input_required_result_request_state(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Consent>("Go on?").key("confirm").await?;
    Ok(format!("state-ok: {}", answer.accepted().is_some_and(|Consent { ok }| ok)))
}

/// Asks three things at once.
#[tool]
async fn test_input_required_result_multiple_inputs(ctx: &Context) -> Result<String, AskError> {
    let greeting = PromptMessage::user("Generate a greeting");
    let (name, greeting, roots) = tokio::join!(
        ctx.elicit::<Name>("What is your name?").key("user_name").into_future(),
        ctx.sample([greeting]).max_tokens(50).key("greeting").into_future(),
        ctx.roots().key("client_roots").into_future(),
    );
    Ok(format!("{:?} {} {:?}", name?, greeting?.text(), roots?))
}

/// Asks twice, one after the other.
#[tool]
async fn test_input_required_result_multi_round(ctx: &Context) -> Result<String, AskError> {
    let name = ctx.elicit::<Name>("Step 1: what is your name?").key("step1").await?;
    let color = ctx.elicit::<Color>("Step 2: what is your favorite color?").key("step2").await?;
    Ok(format!("{name:?} {color:?}"))
}

/// Asks, and refuses a state that was tampered with.
#[tool]
async fn test_input_required_result_tampered_state(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Consent>("Go on?").key("confirm").await?;
    Ok(format!("{answer:?}"))
}

/// Asks what this client can be asked.
#[tool]
async fn test_input_required_result_capabilities(ctx: &Context) -> Result<String, AskError> {
    if ctx.client().can_elicit() {
        return Ok(format!("{:?}", ctx.elicit::<Name>("What is your name?").await?));
    }
    Ok(ctx.sample([PromptMessage::user("Make up a name.")]).max_tokens(50).await?.text())
}

/// Asks the user, whatever the client can.
#[tool]
async fn test_streaming_elicitation(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("{:?}", ctx.elicit::<Name>("What is your name?").await?))
}

/// Asks the model, whatever the client can.
#[tool]
async fn test_missing_capability(ctx: &Context) -> Result<String, AskError> {
    Ok(ctx.sample([PromptMessage::user("Say hello.")]).max_tokens(10).await?.text())
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

#[derive(Serialize)]
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
    #[complete(["testValue1", "testValue2"])]
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

/// Asks the user before there is a message.
#[prompt]
async fn test_input_required_result_prompt(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Background>("What is this about?").key("user_context").await?;
    Ok(format!("{answer:?}"))
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Background {
    context: String,
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
