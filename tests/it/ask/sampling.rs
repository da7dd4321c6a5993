//! What a client's model is asked, in the words of each revision.

use mcp_runtime::{Content, IncludeContext, SamplingMessage, ToolChoice};

use super::*;
use crate::raw::patient;

#[derive(Debug, Deserialize, JsonSchema)]
struct City {
    /// Its name
    name: String,
}

/// Lets the model look at the weather.
#[tool]
async fn forecast(ctx: &Context) -> Result<String, AskError> {
    let mut messages = vec![SamplingMessage::user("Where does the sun shine?")];
    for _ in 0..3 {
        let answer = ctx
            .sample(messages.clone())
            .tool::<City>("weather", "The weather of a city")
            .tool_choice(ToolChoice::Auto)
            .await?;
        let uses = answer.tool_uses();
        if uses.is_empty() {
            return Ok(answer.text());
        }
        let results =
            uses.iter().map(|tool| match serde_json::from_value::<City>(tool.input.clone()) {
                Ok(city) => tool.result(format!("sun in {}", city.name)),
                Err(error) => tool.error(error.to_string()),
            });
        let results = SamplingMessage::results(results);
        messages.extend([answer.into(), results]);
    }
    Ok("no idea".to_owned())
}

/// Shows a picture, and says what matters.
#[tool]
async fn show(ctx: &Context) -> Result<String, AskError> {
    let picture = SamplingMessage::user("What is this?").and(Content::image(b"PNG", "image/png"));
    let asking = ctx
        .sample([picture, SamplingMessage::assistant("A dot?")])
        .model("small")
        .model("large")
        .cost_priority(1.0)
        .speed_priority(0.5)
        .intelligence_priority(0.0)
        .include_context(IncludeContext::ThisServer);
    Ok(asking.await?.text())
}

/// Asks what cannot be asked.
#[tool]
async fn nonsense(ctx: &Context, how: String) -> Result<String, AskError> {
    let user = || SamplingMessage::user("?");
    let asking = match &*how {
        "temperature" => ctx.sample([user()]).temperature(f64::NAN),
        "priority" => ctx.sample([user()]).speed_priority(1.5),
        "content" => ctx.sample([SamplingMessage::user(Content::link("x://y", "y"))]),
        _ => {
            let first = ctx.sample([user()]).tool::<City>("weather", "").key("first").await?;
            let uses = first.tool_uses();
            let result = || SamplingMessage::results([uses[0].result("sun")]);
            let said = || SamplingMessage::from(first.clone());
            ctx.sample(match &*how {
                "no result" => vec![user(), said()],
                "another" => vec![user(), said(), user()],
                "mixed" => vec![user(), said(), result().and("by the way")],
                "no use" => vec![user(), result()],
                other => panic!("{other}"),
            })
        }
    };
    Ok(asking.await?.text())
}

fn server() -> Server {
    Server::new("sampling", "1.0.0").with(tools![forecast, show, nonsense])
}

fn said(content: Value) -> Value {
    json!({ "role": "assistant", "model": "m-1", "stopReason": "endTurn", "content": content })
}

/// A model that wants to know the weather of two cities, one of them misspelt.
fn model(params: &Value) -> Value {
    let messages = params["messages"].as_array().unwrap();
    match messages.len() {
        1 => said(json!([
            { "type": "tool_use", "id": "1", "name": "weather", "input": { "name": "Rome" } },
            { "type": "tool_use", "id": "2", "name": "weather", "input": { "nam": "Oslo" } },
        ])),
        _ => {
            let results = messages[2]["content"].as_array().unwrap();
            assert_eq!(results[0]["content"][0]["text"], "sun in Rome");
            assert_eq!(results[0].get("isError"), None);
            assert_eq!(
                (&results[1]["toolUseId"], &results[1]["isError"]),
                (&json!("2"), &json!(true))
            );
            assert_eq!(messages[1]["content"][1]["input"], json!({ "nam": "Oslo" }));
            said(json!({ "type": "text", "text": "In Rome." }))
        }
    }
}

#[tokio::test]
async fn a_model_uses_the_tools_it_is_given() {
    let capabilities = json!({ "sampling": { "tools": {} } });
    for revision in [Revision::V2025_11_25, Revision::V2026_07_28] {
        let respond = move |_: &str, params: &Value| {
            assert_eq!(params["toolChoice"], json!({ "mode": "auto" }));
            assert_eq!(params["tools"][0]["name"], "weather");
            assert_eq!(params["tools"][0]["inputSchema"]["required"], json!(["name"]));
            Answer::Result(model(params))
        };
        let client = testing::connect_answering(server(), revision, capabilities.clone(), respond);
        let reply = patient(client.await.unwrap().call("forecast", ())).await.unwrap();
        assert_eq!(reply.text(), "In Rome.", "{revision}");
    }
}

#[tokio::test]
async fn a_client_without_tools_for_its_model_is_not_given_any() {
    let with_tools = json!({ "sampling": { "tools": {} } });
    for (revision, capabilities) in [
        (Revision::V2025_11_25, json!({ "sampling": {} })),
        (Revision::V2025_06_18, with_tools), // which knows of no such thing
    ] {
        let refuse = |_: &str, _: &Value| panic!("it was asked");
        let client = testing::connect_answering(server(), revision, capabilities, refuse);
        let reply = patient(client.await.unwrap().call("forecast", ())).await.unwrap();
        assert_eq!(reply.text(), "the client does not support `sampling.tools`");
    }
    let silent = |_: &str, _: &Value| Answer::Later;
    let client = testing::connect_answering(
        server(),
        Revision::V2026_07_28,
        json!({ "sampling": {} }),
        silent,
    );
    let refusal = patient(client.await.unwrap().call("forecast", ())).await.unwrap_err();
    assert_eq!(refusal.as_value()["code"], -32021);
    let required = &refusal.as_value()["data"]["requiredCapabilities"];
    assert_eq!(*required, json!({ "sampling": { "tools": {} } }));
}

/// What `show` asks.
async fn shown(revision: Revision, capabilities: Value) -> Value {
    let asked = std::sync::Arc::new(std::sync::Mutex::new(Value::Null));
    let seen = asked.clone();
    let respond = move |_: &str, params: &Value| {
        *seen.lock().unwrap() = params.clone();
        Answer::Result(said(json!({ "type": "text", "text": "a dot" })))
    };
    let client = testing::connect_answering(server(), revision, capabilities, respond);
    let reply = patient(client.await.unwrap().call("show", ())).await.unwrap();
    assert_eq!(reply.text(), "a dot");
    asked.lock().unwrap().clone()
}

#[tokio::test]
async fn messages_of_several_blocks_are_several_messages_in_older_revisions() {
    let text = json!({ "type": "text", "text": "What is this?" });
    let image = json!({ "type": "image", "data": "UE5H", "mimeType": "image/png" });
    let dot = json!({ "role": "assistant", "content": { "type": "text", "text": "A dot?" } });
    for revision in Revision::ALL {
        let asked = shown(revision, json!({ "sampling": {} })).await;
        let expected = if revision >= Revision::V2025_11_25 {
            json!([{ "role": "user", "content": [text, image] }, dot])
        } else {
            json!([{ "role": "user", "content": text }, { "role": "user", "content": image }, dot])
        };
        assert_eq!(asked["messages"], expected, "{revision}");
        let preferences = json!({
            "hints": [{ "name": "small" }, { "name": "large" }],
            "costPriority": 1.0, "speedPriority": 0.5, "intelligencePriority": 0.0,
        });
        assert_eq!(asked["modelPreferences"], preferences, "{revision}");
    }
}

#[tokio::test]
async fn context_is_asked_for_where_it_is_offered() {
    for (revision, capabilities, expected) in [
        (Revision::V2025_06_18, json!({ "sampling": {} }), json!("thisServer")),
        (Revision::V2025_11_25, json!({ "sampling": {} }), Value::Null),
        (Revision::V2025_11_25, json!({ "sampling": { "context": {} } }), json!("thisServer")),
        (Revision::V2026_07_28, json!({ "sampling": {} }), Value::Null),
    ] {
        assert_eq!(shown(revision, capabilities).await["includeContext"], expected, "{revision}");
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_not_asked() {
    let respond = |_: &str, _: &Value| {
        let tool_use = json!({ "type": "tool_use", "id": "u1", "name": "weather", "input": {} });
        Answer::Result(said(tool_use))
    };
    let capabilities = json!({ "sampling": { "tools": {} } });
    let client = testing::connect_answering(server(), Revision::V2025_11_25, capabilities, respond);
    let client = client.await.unwrap();
    for (how, what) in [
        ("temperature", "a temperature is a number"),
        ("priority", "from 0.0 to 1.0"),
        ("content", "a message has something else"),
        ("no result", "`u1` has no result"),
        ("another", "see `u1`"),
        ("mixed", "results only"),
        ("no use", "see `u1`"),
    ] {
        let reply = client.call("nonsense", json!({ "how": how })).await.unwrap();
        assert!(reply.is_error() && reply.text().contains(what), "{how}: {}", reply.text());
    }
}
