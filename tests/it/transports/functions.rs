//! One server for every mode: the kitchen, and functions that talk to their client, wait, and
//! change what is offered.

use std::sync::{Mutex, PoisonError};

use mcp_runtime::{
    AskError, Context, Elicited, Error, Item, LogLevel, Progress, PromptMessage, Server, prompt,
    resource, tool, tools,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::kitchen;

#[derive(Debug, Deserialize, JsonSchema)]
struct Name {
    name: String,
}

fn named(answer: Elicited<Name>) -> String {
    answer.accepted().map_or("nobody".to_owned(), |one| one.name)
}

/// Greets who the user says they are.
#[tool]
async fn greet(ctx: &Context) -> Result<String, AskError> {
    Ok(named(ctx.elicit("What is your name?").await?))
}

/// Asks two things at once, then a third.
#[tool]
async fn interview(ctx: &Context) -> Result<String, AskError> {
    let (first, last) =
        tokio::join!(ctx.elicit::<Name>("First name?"), ctx.elicit::<Name>("Last name?"));
    let (first, last) = (named(first?), named(last?));
    let nickname = named(ctx.elicit::<Name>(format!("Nickname of {first}?")).await?);
    Ok(format!("{first} {last} {nickname}"))
}

/// Asks the user to open a page.
#[tool]
async fn page(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("{:?}", ctx.elicit_url("Sign in", "https://example.com/in").await?))
}

/// Asks the model.
#[tool]
async fn ponder(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.sample([PromptMessage::user("Capital of France?")]).max_tokens(10).await?;
    Ok(format!("{} ({})", answer.text(), answer.model()))
}

/// Lists the client's folders.
#[tool]
async fn folders(ctx: &Context) -> Result<Vec<String>, AskError> {
    Ok(ctx.roots().await?.into_iter().map(|root| root.uri).collect())
}

/// Who is at home.
#[resource("home://who")]
async fn home(ctx: &Context) -> Result<String, AskError> {
    Ok(named(ctx.elicit("Who is there?").await?))
}

/// A letter.
#[prompt]
async fn letter(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("Dear {}", named(ctx.elicit("To whom?").await?)))
}

/// Speaks at every level, with progress between.
#[tool]
async fn speak(ctx: &Context) -> &'static str {
    for (done, level) in [
        LogLevel::Debug,
        LogLevel::Info,
        LogLevel::Notice,
        LogLevel::Warning,
        LogLevel::Error,
        LogLevel::Critical,
        LogLevel::Alert,
        LogLevel::Emergency,
    ]
    .into_iter()
    .enumerate()
    {
        ctx.log(level, format!("line {done}"));
        ctx.progress(Progress::new(done as f64).total(7));
        tokio::task::yield_now().await;
    }
    "spoken"
}

/// What became of the last call that waited.
#[derive(Default)]
struct Fate(Mutex<&'static str>);

impl Fate {
    fn becomes(&self, what: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = what;
    }
}

struct Waits<'a>(&'a Fate);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.becomes("dropped");
    }
}

/// Waits until it is cancelled.
#[tool]
async fn wait(fate: &Fate) -> &'static str {
    let _waits = Waits(fate);
    fate.becomes("waits");
    std::future::pending().await
}

/// Says what became of the last call that waited.
#[tool]
fn fate(fate: &Fate) -> &'static str {
    *fate.0.lock().unwrap_or_else(PoisonError::into_inner)
}

mod spare {
    /// A tool that comes and goes.
    #[mcp_runtime::tool]
    pub(super) fn spare_tool() {}

    /// A prompt that comes and goes.
    #[mcp_runtime::prompt]
    pub(super) fn spare_prompt() -> &'static str {
        "spare"
    }

    /// A resource that comes and goes.
    #[mcp_runtime::resource("spare://resource")]
    pub(super) fn spare_resource() -> &'static str {
        "spare"
    }

    pub(super) fn items() -> [mcp_runtime::Item; 3] {
        mcp_runtime::tools![spare_tool, spare_prompt, spare_resource]
    }
}

/// Lets something come or go.
#[tool]
fn change(ctx: &Context, what: &str, there: bool) -> Result<(), Error> {
    let place = ["tools", "prompts", "resources"].iter().position(|one| *one == what);
    let items: Vec<Item> = spare::items().into_iter().skip(place.unwrap_or(3)).take(1).collect();
    ctx.server().update(|update| match there {
        true => update.enable(items),
        false => update.disable(items),
    })
}

/// Says that a resource is not what it was.
#[tool]
fn touch(ctx: &Context, uri: &str) {
    ctx.server().notify_updated(uri);
}

pub(crate) fn server() -> Server {
    kitchen::server()
        .state(Fate::default())
        .with(tools![
            greet, interview, page, ponder, folders, home, letter, speak, wait, fate, change, touch
        ])
        .with(spare::items())
        .disable(spare::items())
}
