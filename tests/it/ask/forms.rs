//! Questions as they are on the wire.

use std::collections::HashSet;

use super::*;

/// Every kind of field a form has.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Every {
    /// Where to write to
    #[schemars(email)]
    email: String,
    #[schemars(title = "Site", url, length(min = 8, max = 80))]
    site: Option<String>,
    #[serde(default = "thirty")]
    age: u8,
    #[serde(default = "score")]
    score: f64,
    #[serde(default = "yes")]
    verified: bool,
    plain: Plain,
    titled: Option<Titled>,
    #[serde(default = "some")]
    plain_list: Vec<Plain>,
    #[schemars(length(min = 1, max = 2))]
    titled_list: HashSet<Titled>,
    #[schemars(extend("enumNames" = ["One", "Two"]))]
    legacy: Plain,
}

#[derive(Debug, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Plain {
    One,
    Two,
}

#[derive(Debug, Deserialize, JsonSchema, PartialEq, Eq, Hash)]
enum Titled {
    /// The first option
    First,
    #[schemars(title = "The second option")]
    Second,
}

/// The same without lists, which came later.
#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Few {
    #[serde(default = "thirty")]
    age: u8,
    #[serde(default = "yes")]
    verified: bool,
    titled: Titled,
}

fn thirty() -> u8 {
    30
}
fn score() -> f64 {
    95.5
}
fn yes() -> bool {
    true
}
fn some() -> Vec<Plain> {
    vec![Plain::One]
}

#[tool]
async fn every(ctx: &Context) -> Result<String, AskError> {
    ctx.elicit::<Every>("Everything, please").await.map(|answer| format!("{answer:?}"))
}

#[tool]
async fn few(ctx: &Context) -> Result<String, AskError> {
    ctx.elicit::<Few>("A little, please").await.map(|answer| format!("{answer:?}"))
}

/// The question a tool puts.
async fn question(revision: Revision, tool: &str) -> Result<Value, String> {
    let server = Server::new("forms", "1.0.0").with(tools![every, few, ponder, folders, page]);
    let respond = |_: &str, _: &Value| Answer::Later;
    let client = testing::connect_answering(server, revision, everything(), respond).await.unwrap();
    let arguments = if tool == "ponder" { json!({ "question": "?" }) } else { json!({}) };
    tokio::select! {
        reply = client.call(tool, arguments) => Err(reply.unwrap().text()),
        question = asked(&client) => Ok(question),
    }
}

#[tokio::test]
async fn a_form_has_every_kind_of_field() {
    let question = question(Revision::V2025_11_25, "every").await.unwrap();
    let options = json!([
        { "const": "First", "title": "The first option" },
        { "const": "Second", "title": "The second option" },
    ]);
    assert_eq!(
        question["params"],
        json!({
            "message": "Everything, please",
            "requestedSchema": {
                "type": "object",
                "properties": {
                    "email": { "type": "string", "format": "email", "description": "Where to write to" },
                    "site": {
                        "type": "string", "title": "Site", "format": "uri", "minLength": 8, "maxLength": 80,
                    },
                    "age": { "type": "integer", "minimum": 0, "maximum": 255, "default": 30 },
                    "score": { "type": "number", "default": 95.5 },
                    "verified": { "type": "boolean", "default": true },
                    "plain": { "type": "string", "enum": ["one", "two"] },
                    "titled": { "type": "string", "oneOf": options },
                    "plain_list": {
                        "type": "array", "items": { "type": "string", "enum": ["one", "two"] },
                        "default": ["one"],
                    },
                    "titled_list": {
                        "type": "array", "items": { "anyOf": options }, "minItems": 1, "maxItems": 2,
                    },
                    "legacy": { "type": "string", "enum": ["one", "two"], "enumNames": ["One", "Two"] },
                },
                "required": ["email", "plain", "titled_list", "legacy"],
            },
        })
    );
}

#[tokio::test]
async fn older_forms_have_less() {
    let question = question(Revision::V2025_06_18, "few").await.unwrap();
    assert_eq!(
        question["params"]["requestedSchema"]["properties"],
        json!({
            "age": { "type": "integer", "minimum": 0, "maximum": 255 },
            "verified": { "type": "boolean", "default": true },
            "titled": {
                "type": "string", "enum": ["First", "Second"],
                "enumNames": ["The first option", "The second option"],
            },
        })
    );
    self::question(Revision::V2025_11_25, "page").await.unwrap();
    let error = self::question(Revision::V2025_06_18, "every").await.unwrap_err();
    assert!(error.contains("field `plain_list` of `Every`"), "{error}");
}

#[tokio::test]
async fn models_and_roots_are_asked_in_the_words_of_the_schema() {
    for revision in Revision::ALL.into_iter().take(4) {
        for tool in ["ponder", "folders"] {
            question(revision, tool).await.unwrap();
        }
    }
    let question = question(Revision::V2025_11_25, "ponder").await.unwrap();
    assert_eq!(
        question["params"],
        json!({
            "messages": [{ "role": "user", "content": { "type": "text", "text": "?" } }],
            "maxTokens": 100,
            "systemPrompt": "Be brief.",
            "temperature": 0.5,
            "stopSequences": ["END"],
            "modelPreferences": { "hints": [{ "name": "small" }] },
        })
    );
}
