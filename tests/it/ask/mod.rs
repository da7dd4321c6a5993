//! Asking the client within a call.

mod attacks;
mod ends;
mod forms;
pub(crate) mod http;
pub(crate) mod processes;
mod rounds;
mod sampling;
mod sessions;

use std::time::Duration;

use mcp_runtime::testing::{self, Answer, Client};
use mcp_runtime::{
    AskError, Context, Elicited, PromptMessage, Revision, Server, prompt, resource, tool, tools,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Who is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Name {
    /// Your name
    name: String,
}

/// Greets who the user says they are.
#[tool]
async fn greet(ctx: &Context) -> Result<String, AskError> {
    Ok(match ctx.elicit::<Name>("What is your name?").key("user_name").await? {
        Elicited::Accepted(Name { name }) => format!("Hello, {name}!"),
        Elicited::Declined => "declined".to_owned(),
        Elicited::Cancelled => "cancelled".to_owned(),
    })
}

/// Asks the model.
#[tool]
async fn ponder(ctx: &Context, question: String) -> Result<String, AskError> {
    let answer = ctx
        .sample([PromptMessage::user(question)])
        .max_tokens(100)
        .system_prompt("Be brief.")
        .temperature(0.5)
        .stop_at("END")
        .model("small")
        .await?;
    Ok(format!("{} ({})", answer.text(), answer.model()))
}

/// Lists the folders.
#[tool]
async fn folders(ctx: &Context) -> Result<Vec<String>, AskError> {
    Ok(ctx.roots().await?.into_iter().map(|root| root.uri).collect())
}

/// Asks two things at once, then a third.
#[tool]
async fn interview(ctx: &Context) -> Result<String, AskError> {
    let (first, second) =
        tokio::join!(ctx.elicit::<Name>("First name?"), ctx.elicit::<Name>("Last name?"),);
    let name = |one: Elicited<Name>| one.accepted().map_or("-".to_owned(), |name| name.name);
    let (first, second) = (name(first?), name(second?));
    let third = name(ctx.elicit::<Name>(format!("Nickname of {first}?")).await?);
    Ok(format!("{first} {second} {third}"))
}

/// Who is at home.
#[resource("home://who")]
async fn home(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Name>("Who is there?").await?;
    Ok(answer.accepted().map_or("nobody".to_owned(), |name| name.name))
}

/// A letter.
#[prompt]
async fn letter(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Name>("To whom?").await?;
    Ok(answer.accepted().map_or("Nobody".to_owned(), |name| format!("Dear {}", name.name)))
}

/// Waits only so long for an answer.
#[tool]
async fn impatient(ctx: &Context) -> Result<String, AskError> {
    let answer = ctx.elicit::<Name>("Quick!").timeout(Duration::from_millis(20)).await?;
    Ok(format!("{answer:?}"))
}

/// Asks, and loses interest at once or after a while.
#[tool]
async fn fickle(ctx: &Context, pause: u64) -> &'static str {
    tokio::select! {
        biased;
        _ = ctx.elicit::<Name>("Hm?") => "answered",
        () = tokio::time::sleep(Duration::from_millis(pause)) => "lost interest",
    }
}

/// Has less time than people need.
#[tool(timeout = "100ms")]
async fn brief(ctx: &Context, after: u64) -> Result<&'static str, AskError> {
    ctx.elicit::<Name>("Take your time").await?;
    tokio::time::sleep(Duration::from_millis(after)).await;
    Ok("done")
}

/// Asks to open a page.
#[tool]
async fn page(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("{:?}", ctx.elicit_url("Sign in", "https://example.com/in").await?))
}

pub(crate) fn server() -> Server {
    Server::new("asker", "1.0.0").with(tools![
        greet, ponder, folders, interview, home, letter, impatient, fickle, brief, page
    ])
}

pub(crate) fn everything() -> Value {
    json!({ "elicitation": { "form": {}, "url": {} }, "sampling": {}, "roots": {} })
}

pub(crate) fn accept(name: &str) -> Value {
    json!({ "action": "accept", "content": { "name": name } })
}

/// Answers as a person with a model and a folder would.
pub(crate) fn obliging(method: &str, params: &Value) -> Answer {
    Answer::Result(match method {
        "elicitation/create" => match params["message"].as_str().unwrap() {
            "First name?" => accept("Ada"),
            "Last name?" => accept("Lovelace"),
            "Nickname of Ada?" => accept("Countess"),
            "Sign in" => json!({ "action": "accept" }),
            _ => accept("Alice"),
        },
        "sampling/createMessage" => json!({
            "role": "assistant", "model": "m-1", "stopReason": "endTurn",
            "content": { "type": "text", "text": "Paris" },
        }),
        "roots/list" => json!({ "roots": [{ "uri": "file:///home", "name": "Home" }] }),
        other => panic!("unexpected {other}"),
    })
}

async fn connect(
    revision: Revision,
    respond: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static,
) -> Client {
    testing::connect_answering(server(), revision, everything(), respond).await.unwrap()
}

/// The next question of a function.
async fn asked(client: &Client) -> Value {
    let mut asked = None;
    crate::raw::until(|| {
        asked = client.notifications().into_iter().find(|one| one.get("id").is_some());
        asked.is_some()
    })
    .await;
    asked.unwrap()
}

const ERAS: [Revision; 3] = [Revision::V2025_06_18, Revision::V2025_11_25, Revision::V2026_07_28];

#[tokio::test]
async fn one_function_asks_in_every_revision_that_can() {
    for revision in ERAS {
        let client = connect(revision, obliging).await;
        let call = async |name: &str, arguments: Value| client.call(name, arguments).await.unwrap();
        assert_eq!(call("greet", json!({})).await.text(), "Hello, Alice!", "{revision}");
        assert_eq!(call("ponder", json!({ "question": "?" })).await.text(), "Paris (m-1)");
        let folders: Vec<String> = call("folders", json!({})).await.structured();
        assert_eq!(folders, ["file:///home"]);
        assert_eq!(call("interview", json!({})).await.text(), "Ada Lovelace Countess");
        assert_eq!(client.read("home://who").await.unwrap()[0]["text"], "Alice");
        let letter = client.prompt("letter", ()).await.unwrap();
        assert_eq!(letter[0]["content"]["text"], "Dear Alice");
    }
}

#[tokio::test]
async fn no_is_no_error() {
    for revision in ERAS {
        for (action, text) in [("decline", "declined"), ("cancel", "cancelled")] {
            let respond = move |_: &str, _: &Value| Answer::Result(json!({ "action": action }));
            let client = connect(revision, respond).await;
            assert_eq!(client.call("greet", ()).await.unwrap().text(), text);
        }
    }
}

#[tokio::test]
async fn pages_are_opened_in_the_revisions_that_can() {
    for revision in [Revision::V2025_11_25, Revision::V2026_07_28] {
        let client = connect(revision, obliging).await;
        assert_eq!(client.call("page", ()).await.unwrap().text(), "Accepted(())");
    }
    let client = connect(Revision::V2025_06_18, obliging).await;
    let text = client.call("page", ()).await.unwrap().text();
    assert_eq!(text, "the client does not support `elicitation.url`");
}
