//! Without a session: the call ends with its questions, and is made again with the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mcp_runtime::{OnceFuture, OnceStore};

use super::*;

pub(super) const V26: Revision = Revision::V2026_07_28;

/// Counts what runs.
#[derive(Debug, Default, Clone)]
pub(super) struct Count(pub(super) Arc<AtomicUsize>);

impl Count {
    pub(super) fn next(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// Charges once, however often it asks.
#[tool]
async fn charge(ctx: &Context, count: &Count) -> Result<String, AskError> {
    let receipt: usize = ctx.once("charge", || async { count.next() }).await;
    let name = ctx.elicit::<Name>(format!("Receipt {receipt} for whom?")).await?;
    let ok = ctx.elicit::<Name>("Sure?").await?;
    Ok(format!("{receipt} {name:?} {ok:?}"))
}

/// Charges behind the question.
#[tool]
async fn pay(ctx: &Context, count: &Count) -> Result<String, AskError> {
    ctx.elicit::<Name>("Pay?").await?;
    let charge = async || {
        tokio::time::sleep(Duration::from_millis(20)).await;
        count.next()
    };
    Ok(format!("receipt {}", ctx.once("charge", charge).await))
}

/// Asks something else each time.
#[tool]
async fn moody(ctx: &Context, count: &Count) -> Result<String, AskError> {
    let mood = count.next();
    let answer = ctx.elicit::<Name>(format!("Mood {mood}?")).key("mood").await?;
    Ok(format!("{answer:?}"))
}

/// Asks while an effect runs.
#[tool]
async fn both(ctx: &Context, count: &Count) -> Result<String, AskError> {
    let (receipt, name) = tokio::join!(
        ctx.once("slow", || async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            count.next()
        }),
        ctx.elicit::<Name>("Who?"),
    );
    Ok(format!("{receipt} {:?}", name?))
}

fn counting() -> Server {
    server().state(Count::default()).with(tools![charge, pay, moody, both])
}

pub(super) async fn silent(capabilities: Value) -> Client {
    let respond = |_: &str, _: &Value| Answer::Later;
    testing::connect_answering(counting(), V26, capabilities, respond).await.unwrap()
}

/// One round of a tool without arguments.
pub(super) async fn round(client: &Client, tool: &str, extra: Value) -> Value {
    let mut params = json!({ "name": tool, "arguments": {} });
    for (key, value) in extra.as_object().unwrap() {
        params[key] = value.clone();
    }
    match client.request("tools/call", params).await {
        Ok(result) => json!({ "result": result }),
        Err(refusal) => json!({ "error": refusal.as_value() }),
    }
}

pub(super) fn keys(message: &Value) -> Vec<String> {
    message["result"]["inputRequests"].as_object().unwrap().keys().cloned().collect()
}

pub(super) fn state(message: &Value) -> &Value {
    &message["result"]["requestState"]
}

/// Every question of a result, answered alike.
pub(super) fn answers(message: &Value, answer: &Value) -> Value {
    let answers: serde_json::Map<_, _> =
        keys(message).into_iter().map(|key| (key, answer.clone())).collect();
    json!({ "inputResponses": answers, "requestState": state(message) })
}

#[tokio::test]
async fn a_round_has_what_is_asked_at_once() {
    let client = silent(everything()).await;
    let first = round(&client, "interview", json!({})).await;
    assert_eq!(first["result"]["resultType"], "input_required");
    assert_eq!(keys(&first).len(), 2);
    assert!(keys(&first).iter().all(|key| key.starts_with("form-")), "{first}");
    let second = round(&client, "interview", answers(&first, &accept("A"))).await;
    assert_eq!(keys(&second).len(), 1);
    assert_ne!(state(&first), state(&second));
    // Only the newest answers come with it: the earlier ones are in the state.
    let third = round(&client, "interview", answers(&second, &accept("B"))).await;
    assert_eq!(third["result"]["content"][0]["text"], "A A B");
}

#[tokio::test]
async fn the_authors_key_is_the_clients() {
    let client = silent(everything()).await;
    let first = round(&client, "greet", json!({})).await;
    assert_eq!(
        first["result"]["inputRequests"],
        json!({ "user_name": { "method": "elicitation/create", "params": {
            "message": "What is your name?",
            "requestedSchema": {
                "type": "object",
                "properties": { "name": { "type": "string", "description": "Your name" } },
                "required": ["name"],
            },
        } } })
    );
}

#[tokio::test]
async fn answers_that_do_not_fit_are_asked_for_again() {
    let client = silent(everything()).await;
    let first = round(&client, "greet", json!({})).await;
    for responses in [
        json!(null),
        json!({}),
        json!({ "wrong_key": accept("Eve") }),
        json!({ "user_name": 12345 }),
        json!({ "user_name": { "action": "accept", "content": { "name": 7 } } }),
    ] {
        for with in [state(&first).clone(), json!(null)] {
            let extra = json!({ "inputResponses": responses, "requestState": with });
            let again = round(&client, "greet", extra).await;
            assert_eq!(keys(&again), ["user_name"], "{responses}");
        }
    }
    let more = json!({
        "inputResponses": { "user_name": accept("Alice"), "more": 1 }, "requestState": state(&first),
    });
    assert_eq!(
        round(&client, "greet", more).await["result"]["content"][0]["text"],
        "Hello, Alice!"
    );
    let malformed = round(&client, "greet", json!({ "inputResponses": [1] })).await;
    assert_eq!(malformed["error"]["code"], -32602);
}

#[tokio::test]
async fn a_state_is_good_for_its_own_call_only() {
    let client = silent(everything()).await;
    let first = round(&client, "greet", json!({})).await;
    let sealed = state(&first).as_str().unwrap();
    let responses = json!({ "user_name": accept("Alice") });
    for state in [format!("{sealed}-TAMPERED"), sealed[1..].to_owned(), String::new()] {
        let extra = json!({ "inputResponses": responses, "requestState": state });
        assert_eq!(round(&client, "greet", extra).await["error"]["code"], -32602, "{state}");
    }
    // Of another tool, of other arguments, of another server, and no text at all.
    let extra = json!({ "inputResponses": responses, "requestState": sealed });
    assert_eq!(round(&client, "interview", extra.clone()).await["error"]["code"], -32602);
    let mut other = extra.clone();
    other["arguments"] = json!({ "other": 1 });
    assert_eq!(round(&client, "greet", other).await["error"]["code"], -32602);
    let stranger = silent(everything()).await;
    assert_eq!(round(&stranger, "greet", extra).await["error"]["code"], -32602);
    let number = round(&client, "greet", json!({ "requestState": 7 })).await;
    assert_eq!(number["error"]["code"], -32602);
}

#[tokio::test]
async fn a_client_is_asked_only_what_it_declares() {
    for (capabilities, tool, required) in [
        (json!({}), "greet", json!({ "elicitation": { "form": {} } })),
        (
            json!({ "elicitation": { "url": {} } }),
            "greet",
            json!({ "elicitation": { "form": {} } }),
        ),
        (json!({ "elicitation": {} }), "page", json!({ "elicitation": { "url": {} } })),
        (json!({ "elicitation": {} }), "folders", json!({ "roots": {} })),
    ] {
        let client = silent(capabilities).await;
        let message = round(&client, tool, json!({})).await;
        assert_eq!(message["error"]["code"], -32021, "{message}");
        assert_eq!(message["error"]["data"]["requiredCapabilities"], required);
    }
}

#[tokio::test]
async fn an_effect_runs_once_and_its_result_is_kept() {
    let client = silent(everything()).await;
    let mut message = round(&client, "charge", json!({})).await;
    for _ in 0..2 {
        assert_eq!(keys(&message).len(), 1);
        message = round(&client, "charge", answers(&message, &accept("A"))).await;
    }
    let text = message["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("1 "), "{text}");
    // Another call is another effect.
    let other = round(&client, "charge", json!({})).await;
    let request = other["result"]["inputRequests"].as_object().unwrap().values().next().unwrap();
    assert_eq!(request["params"]["message"], "Receipt 2 for whom?");
}

#[tokio::test]
async fn an_effect_is_not_dropped_half_way() {
    let client = silent(everything()).await;
    let message = round(&client, "both", json!({})).await;
    let message = round(&client, "both", answers(&message, &accept("A"))).await;
    let text = message["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("1 "), "{text}");
}

#[tokio::test]
async fn a_function_that_changes_its_question_is_an_error_that_names_it() {
    let client = silent(everything()).await;
    let first = round(&client, "moody", json!({})).await;
    let second = round(&client, "moody", answers(&first, &accept("A"))).await;
    assert_eq!(second["error"]["code"], -32603);
    let what = second["error"]["message"].as_str().unwrap();
    assert!(what.contains("`moody`") && what.contains("`mood`"), "{what}");
}

#[tokio::test]
async fn a_state_brought_twice_runs_an_effect_once() {
    let client = silent(everything()).await;
    let first = round(&client, "pay", json!({})).await;
    let paid = answers(&first, &accept("A"));
    // At once, and later.
    let (one, other) =
        tokio::join!(round(&client, "pay", paid.clone()), round(&client, "pay", paid.clone()),);
    for message in [one, other, round(&client, "pay", paid).await] {
        assert_eq!(message["result"]["content"][0]["text"], "receipt 1");
    }
    let another = round(&client, "pay", json!({})).await;
    let message = round(&client, "pay", answers(&another, &accept("A"))).await;
    assert_eq!(message["result"]["content"][0]["text"], "receipt 2");
}

/// Of two servers that share it, or of nobody.
#[derive(Debug, Default)]
struct Shared {
    results: tokio::sync::Mutex<std::collections::HashMap<String, String>>,
    is_down: std::sync::atomic::AtomicBool,
}

impl OnceStore for Shared {
    fn once<'a>(&'a self, id: &'a str, effect: OnceFuture<'a>) -> OnceFuture<'a> {
        Box::pin(async move {
            if self.is_down.load(Ordering::SeqCst) {
                return Err("the database is down".into());
            }
            let mut results = self.results.lock().await;
            if let Some(known) = results.get(id) {
                return Ok(known.clone());
            }
            let result = effect.await?;
            results.insert(id.to_owned(), result.clone());
            Ok(result)
        })
    }
}

#[tokio::test]
async fn a_shared_store_runs_an_effect_once_in_all_servers() {
    let (store, count) = (Arc::new(Shared::default()), Count::default());
    let connect = async || {
        let server = server()
            .state(count.clone())
            .with(tools![charge, pay])
            .state_key("0a".repeat(32))
            .once_store(store.clone());
        let silent = |_: &str, _: &Value| Answer::Later;
        testing::connect_answering(server, V26, everything(), silent).await.unwrap()
    };
    let (one, other) = (connect().await, connect().await);
    let paid = answers(&round(&one, "pay", json!({})).await, &accept("A"));
    let (first, second) =
        tokio::join!(round(&one, "pay", paid.clone()), round(&other, "pay", paid));
    for message in [first, second] {
        assert_eq!(message["result"]["content"][0]["text"], "receipt 1");
    }
    assert_eq!(store.results.lock().await.len(), 1);

    // Without it nothing is charged, and the error says whose it is.
    store.is_down.store(true, Ordering::SeqCst);
    let paid = answers(&round(&one, "pay", json!({})).await, &accept("A"));
    let message = round(&other, "pay", paid.clone()).await;
    assert_eq!(message["error"]["code"], -32603);
    let what = message["error"]["message"].as_str().unwrap();
    assert!(what.contains("`pay`") && what.contains("the database is down"), "{what}");
    store.is_down.store(false, Ordering::SeqCst);
    let message = round(&one, "pay", paid).await;
    assert_eq!(message["result"]["content"][0]["text"], "receipt 2");
}

/// Has an effect whose result is no JSON.
#[tool]
async fn unwritable(ctx: &Context) -> usize {
    let pairs = async || std::collections::HashMap::from([((1, 2), 3)]);
    ctx.once("pairs", pairs).await.len()
}

#[tokio::test]
async fn an_effect_that_cannot_be_kept_is_an_error_that_names_it() {
    let silent = |_: &str, _: &Value| Answer::Later;
    let server = server().with(tools![unwritable]);
    let client = testing::connect_answering(server, V26, everything(), silent).await.unwrap();
    let message = round(&client, "unwritable", json!({})).await;
    assert_eq!(message["error"]["code"], -32603);
    let what = message["error"]["message"].as_str().unwrap();
    assert!(what.contains("`unwritable`") && what.contains("`once pairs`"), "{what}");
}
