//! What is offered while somebody types an argument.

use std::collections::HashMap;

use mcp_runtime::testing::{self, Client};
use mcp_runtime::{Context, Revision, Server, prompt, resource, tool, tools};
use serde_json::{Value, json};

struct Db(&'static str);

const DAYS: &[&str] = &["monday", "tuesday"];

fn sync(partial: &str) -> Vec<String> {
    vec![format!("{partial}!")]
}

fn sync_state(db: &Db, partial: &str) -> Result<Vec<&'static str>, String> {
    if partial == "fail" { Err("no".to_owned()) } else { Ok(vec![db.0]) }
}

async fn future(partial: &str) -> Vec<String> {
    tokio::task::yield_now().await;
    vec![partial.to_uppercase()]
}

async fn future_state(
    db: &Db,
    ctx: &Context,
    partial: &str,
    given: &HashMap<String, String>,
) -> Vec<String> {
    tokio::task::yield_now().await;
    let mut given: Vec<_> = given.iter().map(|(name, value)| format!("{name}={value}")).collect();
    given.sort();
    vec![
        db.0.to_owned(),
        ctx.client().info().name().len().min(1).to_string(),
        partial.to_owned(),
        given.join(","),
    ]
}

fn many(_: &str, _: &HashMap<String, String>) -> Vec<String> {
    (0..250).map(|number| number.to_string()).collect()
}

fn panics(_: &str) -> Vec<String> {
    panic!("the password is 1234")
}

/// Has everything.
#[prompt]
#[expect(clippy::too_many_arguments, reason = "one for each way")]
fn all(
    #[complete(["Ada", "adam", "Bob"])] names: Option<String>,
    #[complete(DAYS)] days: Option<String>,
    #[complete(sync)] sync: Option<String>,
    #[complete(sync_state)] sync_state: Option<String>,
    #[complete(future)] future: Option<String>,
    #[complete(future_state)] future_state: Option<String>,
    #[complete(many)] many: Option<String>,
    #[complete(panics)]
    #[serde(rename = "renamed")]
    panics: Option<String>,
) -> String {
    format!("{names:?}{days:?}{sync:?}{sync_state:?}{future:?}{future_state:?}{many:?}{panics:?}")
}

/// A town.
#[resource("town://{name}")]
fn town(#[complete(["here", "there"])] name: String) -> String {
    name
}

/// Nothing to complete.
#[tool]
fn idle() {}

async fn client(revision: Revision) -> Client {
    let server = Server::new("test", "1").state(Db("db")).with(tools![all, town]);
    testing::connect_at(server, revision).await.unwrap()
}

fn asked(argument: &str, value: &str) -> Value {
    json!({
        "ref": { "type": "ref/prompt", "name": "all" },
        "argument": { "name": argument, "value": value },
        "context": { "arguments": { "other": "x" } },
    })
}

async fn values(client: &Client, argument: &str, value: &str) -> Vec<String> {
    let result = client.request("completion/complete", asked(argument, value)).await.unwrap();
    serde_json::from_value(result["completion"]["values"].clone()).unwrap()
}

#[tokio::test]
async fn every_kind_completes_at_every_revision() {
    for revision in Revision::ALL {
        let client = client(revision).await;
        assert_eq!(values(&client, "names", "AD").await, ["Ada", "adam"]);
        assert_eq!(values(&client, "days", "t").await, ["tuesday"]);
        assert_eq!(values(&client, "sync", "a").await, ["a!"]);
        assert_eq!(values(&client, "sync_state", "").await, ["db"]);
        assert_eq!(values(&client, "future", "a").await, ["A"]);
        let context = if revision < Revision::V2025_06_18 { "" } else { "other=x" };
        assert_eq!(
            values(&client, "future_state", "p").await,
            ["db", "1", "p", context],
            "{revision}"
        );
        assert_eq!(values(&client, "nothing", "").await, Vec::<String>::new());
        let town = json!({ "ref": { "type": "ref/resource", "uri": "town://{name}" }, "argument": { "name": "name", "value": "t" } });
        let result = client.request("completion/complete", town).await.unwrap();
        assert_eq!(
            result["completion"],
            json!({ "values": ["there"], "total": 1, "hasMore": false })
        );
    }
}

#[tokio::test]
async fn at_most_a_hundred_values_are_sent() {
    let client = client(Revision::V2025_11_25).await;
    let result = client.request("completion/complete", asked("many", "")).await.unwrap();
    assert_eq!(result["completion"]["values"].as_array().unwrap().len(), 100);
    assert_eq!(
        (&result["completion"]["total"], &result["completion"]["hasMore"]),
        (&json!(250), &json!(true))
    );
}

#[tokio::test]
async fn a_completer_that_fails_is_an_error() {
    let client = client(Revision::V2025_11_25).await;
    let refusal =
        client.request("completion/complete", asked("sync_state", "fail")).await.unwrap_err();
    assert_eq!((refusal.code(), refusal.message()), (-32603, "no"));
    let refusal = client.request("completion/complete", asked("renamed", "")).await.unwrap_err();
    assert_eq!(refusal.code(), -32603);
    assert!(!refusal.as_value().to_string().contains("1234"), "{refusal:?}");
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let client = client(Revision::V2025_11_25).await;
    let argument = json!({ "name": "a", "value": "" });
    for params in [
        json!({ "ref": { "type": "ref/prompt", "name": "nobody" }, "argument": argument }),
        json!({ "ref": { "type": "ref/resource", "uri": "town://here" }, "argument": argument }),
        json!({ "ref": { "type": "ref/tool", "name": "all" }, "argument": argument }),
        json!({ "ref": { "type": "ref/prompt", "name": "all" } }),
        json!({ "argument": argument }),
    ] {
        let refusal = client.request("completion/complete", params.clone()).await.unwrap_err();
        assert_eq!(refusal.code(), -32602, "{params}");
    }
}

#[tokio::test]
async fn a_server_with_nothing_to_complete_does_not_offer_it() {
    let server = Server::new("test", "1").with(tools![idle]);
    let client = testing::connect(server).await.unwrap();
    let refusal = client.request("completion/complete", asked("a", "")).await.unwrap_err();
    assert_eq!(refusal.code(), -32601);
    let offered = client.request("server/discover", json!({})).await.unwrap();
    assert!(offered["capabilities"].get("completions").is_none(), "{offered}");
}

#[tokio::test]
async fn state_of_a_completer_has_to_be_there() {
    let error = testing::connect(Server::new("test", "1").with(tools![all])).await.unwrap_err();
    assert!(
        error.to_string().contains("prompt `all` at ") && error.to_string().contains("Db"),
        "{error}"
    );
}
