//! What a client sends that means harm, or is broken; and functions that ask too much.

use super::rounds::{Count, V26, answers, keys, round, state};
use super::*;

/// Asks under names that are easily mistaken for each other.
#[tool]
async fn twins(ctx: &Context) -> Result<String, AskError> {
    let ask = |message: &str, key: &'static str| ctx.elicit::<Name>(message).key(key);
    let (one, two, three, four) =
        tokio::join!(ask("1", "a"), ask("2", "a"), ask("3", "a-2"), ask("4", "once x"));
    let five = ctx.once("x", || async { "5".to_owned() }).await;
    let name = |one: Elicited<Name>| one.accepted().map_or("-".to_owned(), |name| name.name);
    Ok(format!("{} {} {} {} {five}", name(one?), name(two?), name(three?), name(four?)))
}

/// Asks on and on.
#[tool]
async fn nag(ctx: &Context, times: usize) -> Result<usize, AskError> {
    let mut said = 0;
    for _ in 0..times {
        let answer = ctx.elicit::<Name>("Again?").await?;
        said += answer.accepted().map_or(0, |name| name.name.len());
    }
    Ok(said)
}

/// Asks much at once.
#[tool]
async fn crowd(ctx: &Context, questions: usize) -> Result<String, AskError> {
    let mut asking: Vec<_> = (0..questions).map(|_| Box::pin(ctx.elicit::<Name>("You?"))).collect();
    std::future::poll_fn(|cx| {
        let polled: Vec<_> = asking.iter_mut().map(|one| one.as_mut().poll(cx)).collect();
        match polled.into_iter().find(|one| one.is_ready()) {
            Some(std::task::Poll::Ready(answer)) => {
                std::task::Poll::Ready(answer.map(|answer| format!("{answer:?}")))
            }
            _ => std::task::Poll::Pending,
        }
    })
    .await
}

/// Keeps more than fits between rounds.
#[tool]
async fn hoard(ctx: &Context, parts: usize, bytes: usize) -> Result<usize, AskError> {
    let mut kept = 0;
    for _ in 0..parts {
        kept += ctx.once("part", || async { "x".repeat(bytes) }).await.len();
    }
    ctx.elicit::<Name>("Enough?").await?;
    Ok(kept)
}

/// Loses interest in one question, then waits for something else.
#[tool]
async fn distracted(ctx: &Context) -> &'static str {
    tokio::select! {
        biased;
        _ = ctx.roots() => return "answered", // which the client may not even have
        () = std::future::ready(()) => {}
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    "went on"
}

/// Changes its question, and has another effect, each time.
#[tool]
async fn reckless(ctx: &Context, count: &Count) -> Result<String, AskError> {
    let asked = format!("{}?", count.next());
    let effect = async || {
        tokio::time::sleep(Duration::from_millis(20)).await;
        count.next();
    };
    let (answer, ()) = tokio::join!(ctx.elicit::<Name>(&asked).key("q"), ctx.once(&asked, effect));
    Ok(format!("{answer:?}"))
}

/// A tool of the prompt's name.
#[tool(name = "letter")]
async fn letter_as_a_tool(ctx: &Context) -> Result<String, AskError> {
    ctx.elicit::<Name>("To whom?").await.map(|answer| format!("{answer:?}"))
}

/// An age that people have.
#[expect(dead_code, reason = "only shown by `Debug`")]
#[derive(Debug, Deserialize, JsonSchema)]
struct Age {
    #[schemars(range(min = 1, max = 120))]
    age: u8,
    #[schemars(length(max = 3))]
    unit: Option<String>,
}

#[tool]
async fn age(ctx: &Context) -> Result<String, AskError> {
    Ok(format!("{:?}", ctx.elicit::<Age>("How old?").key("age").await?))
}

fn hostile(count: &Count) -> Server {
    let tools = tools![twins, nag, crowd, hoard, distracted, reckless, age];
    server().state(count.clone()).with(tools)
}

async fn attack(revision: Revision, count: &Count) -> Client {
    let silent = |_: &str, _: &Value| Answer::Later;
    testing::connect_answering(hostile(count), revision, everything(), silent).await.unwrap()
}

async fn client() -> Client {
    attack(V26, &Count::default()).await
}

fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap_or_else(|| panic!("{message}"))
}

#[tokio::test]
async fn keys_are_unique_and_answers_find_their_own() {
    let client = client().await;
    let first = round(&client, "twins", json!({})).await;
    let requests = first["result"]["inputRequests"].as_object().unwrap();
    assert_eq!(requests.len(), 4, "{first}");
    let responses: serde_json::Map<_, _> = requests
        .iter()
        .map(|(key, asked)| (key.clone(), accept(asked["params"]["message"].as_str().unwrap())))
        .collect();
    let extra = json!({ "inputResponses": responses, "requestState": state(&first) });
    assert_eq!(text(&round(&client, "twins", extra).await), "1 2 3 4 5");
}

#[tokio::test]
async fn fifty_questions_in_a_row_are_fifty_rounds() {
    let client = client().await;
    let arguments = json!({ "arguments": { "times": 50 } });
    let mut message = round(&client, "nag", arguments.clone()).await;
    let mut rounds = 0;
    while message["result"]["resultType"] == "input_required" {
        rounds += 1;
        let mut extra = answers(&message, &accept("ok"));
        extra["arguments"] = arguments["arguments"].clone();
        message = round(&client, "nag", extra).await;
    }
    assert_eq!((rounds, text(&message)), (50, "100"));
}

#[tokio::test]
async fn there_is_an_end_to_rounds() {
    const LIMIT: usize = 256;
    let client = client().await;
    let mut message = round(&client, "greet", json!({})).await;
    let mut rounds = 1;
    // Never an answer; the state goes on and on.
    while message.get("error").is_none() {
        rounds += 1;
        assert!(rounds <= LIMIT + 1, "no end");
        message = round(&client, "greet", json!({ "requestState": state(&message) })).await;
    }
    assert_eq!(rounds, LIMIT + 1);
    assert_eq!(message["error"]["code"], -32603);
    let what = message["error"]["message"].as_str().unwrap();
    assert!(what.contains("`greet`") && what.contains("256 rounds"), "{what}");
}

#[tokio::test]
async fn there_is_an_end_to_the_questions_of_a_call() {
    for revision in ERAS {
        let client = attack(revision, &Count::default()).await;
        let reply = client.call("crowd", json!({ "questions": 257 })).await.unwrap();
        assert_eq!(reply.text(), "too many questions to the client are open", "{revision}");
    }
    let most = round(&client().await, "crowd", json!({ "arguments": { "questions": 256 } })).await;
    assert_eq!(keys(&most).len(), 256);
}

#[tokio::test]
async fn there_is_an_end_to_what_is_kept_between_rounds() {
    let client = client().await;
    let hoard = async |parts: usize, bytes: usize| {
        let arguments = json!({ "parts": parts, "bytes": bytes });
        round(&client, "hoard", json!({ "arguments": arguments })).await
    };
    assert_eq!(keys(&hoard(3, 60_000).await).len(), 1);
    for (parts, bytes, what) in [(5, 60_000, "262144 is the limit"), (1, 70_000, "`once part`")] {
        let message = hoard(parts, bytes).await;
        assert_eq!(message["error"]["code"], -32603);
        let error = message["error"]["message"].as_str().unwrap();
        assert!(error.contains("`hoard`") && error.contains(what), "{error}");
    }
    // Nor does an answer grow without end.
    let first = round(&client, "interview", json!({})).await;
    let huge = round(&client, "interview", answers(&first, &accept(&"x".repeat(150_000)))).await;
    assert_eq!(huge["error"]["code"], -32603, "{huge}");
}

#[tokio::test]
async fn a_question_that_was_dropped_is_not_asked() {
    // Neither asked nor missed, though this client has no roots.
    for revision in ERAS {
        let silent = |_: &str, _: &Value| Answer::Later;
        let server = hostile(&Count::default());
        let client = testing::connect_answering(server, revision, json!({}), silent).await.unwrap();
        let reply = client.call("distracted", ()).await.unwrap();
        assert!(["went on", "answered"].contains(&&*reply.text()), "{}", reply.text());
        assert_eq!(reply.text() == "answered", revision != V26, "an error is an answer");
    }
}

#[tokio::test]
async fn an_effect_ends_before_the_call_is_given_up() {
    let count = Count::default();
    let client = attack(V26, &count).await;
    let first = round(&client, "reckless", json!({})).await;
    let second = round(&client, "reckless", answers(&first, &accept("A"))).await;
    assert_eq!(second["error"]["code"], -32603, "{second}");
    assert_eq!(count.next(), 5, "two questions and two effects");
}

#[tokio::test]
async fn answers_are_held_against_the_form() {
    let out_of_bounds = [
        json!({ "age": 0 }),
        json!({ "age": 121 }),
        json!({ "age": 9, "unit": "years" }),
        json!({ "age": "9" }),
        json!({}),
        json!([9]),
    ];
    let within = [json!({ "age": 120, "unit": null }), json!({ "age": 1, "unit": "yrs", "x": 1 })];
    let client = client().await;
    let first = round(&client, "age", json!({})).await;
    for (content, fits) in out_of_bounds
        .iter()
        .map(|content| (content, false))
        .chain(within.iter().map(|content| (content, true)))
    {
        let answer = json!({ "action": "accept", "content": content });
        let message = round(&client, "age", answers(&first, &answer)).await;
        let asks_again = message["result"]["resultType"] == "input_required";
        assert_eq!(asks_again, !fits, "{content}: {message}");

        let server = hostile(&Count::default());
        let respond = move |_: &str, _: &Value| Answer::Result(answer.clone());
        let session = Revision::V2025_11_25;
        let client = testing::connect_answering(server, session, everything(), respond);
        let reply = client.await.unwrap().call("age", ()).await.unwrap();
        assert_eq!(reply.is_error(), !fits, "{content}: {}", reply.text());
    }
}

#[tokio::test]
async fn what_is_no_map_of_answers_is_refused() {
    let client = client().await;
    for responses in [json!("yes"), json!(7), json!(true), json!([]), json!([{}])] {
        let message = round(&client, "greet", json!({ "inputResponses": responses })).await;
        assert_eq!(message["error"]["code"], -32602, "{responses}");
    }
    for state in [json!({}), json!([]), json!(7), json!(true)] {
        let message = round(&client, "greet", json!({ "requestState": state })).await;
        assert_eq!(message["error"]["code"], -32602, "{state}");
    }
}

/// A state is of one call of one server; that the key is the same does not help.
#[tokio::test]
async fn a_state_does_not_open_for_another_server_or_method() {
    let silent = |_: &str, _: &Value| Answer::Later;
    let keyed = async |name: &str| {
        let server = server().with(tools![letter_as_a_tool]);
        let server = server.name(name).state_key("0a".repeat(32));
        testing::connect_answering(server, V26, everything(), silent).await.unwrap()
    };
    let (one, same, other) = (keyed("one").await, keyed("one").await, keyed("other").await);
    let first = round(&one, "greet", json!({})).await;
    let extra = answers(&first, &accept("Alice"));
    assert_eq!(text(&round(&same, "greet", extra.clone()).await), "Hello, Alice!");
    assert_eq!(round(&other, "greet", extra).await["error"]["code"], -32602);

    // Of a prompt, for a resource, and the other way round.
    let prompt = one.request("prompts/get", json!({ "name": "letter" })).await.unwrap();
    let resource = one.request("resources/read", json!({ "uri": "home://who" })).await.unwrap();
    assert_eq!(prompt["resultType"], "input_required");
    assert_eq!(resource["resultType"], "input_required");
    let swapped = json!({ "uri": "home://who", "requestState": prompt["requestState"] });
    assert!(one.request("resources/read", swapped).await.is_err());
    let swapped = json!({ "name": "letter", "requestState": resource["requestState"] });
    assert!(one.request("prompts/get", swapped).await.is_err());
    let tool = round(&one, "letter", json!({})).await;
    let swapped = json!({ "name": "letter", "arguments": {}, "requestState": state(&tool) });
    assert!(one.request("tools/call", swapped.clone()).await.is_ok());
    assert!(one.request("prompts/get", swapped).await.is_err());
}
