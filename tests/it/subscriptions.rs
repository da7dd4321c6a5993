//! Clients are told of what has changed: in a session, or while they listen.

use mcp_runtime::testing::{Client, connect_at};
use mcp_runtime::{Revision, Server, ServerHandle, prompt, resource, tool, tools};
use serde_json::{Value, json};

const STATELESS: Revision = Revision::V2026_07_28;
const SESSION: Revision = Revision::V2025_11_25;

#[tool]
fn one() {}

#[tool]
fn two() {}

#[prompt]
fn greet() -> &'static str {
    "Hello"
}

#[resource("memo://{name}")]
fn memo(name: String) -> String {
    name
}

async fn connect(revision: Revision) -> (Client, ServerHandle) {
    let server = Server::new("test", "1").with(tools![one, two, greet, memo]).disable(tools![two]);
    let handle = server.handle();
    (connect_at(server, revision).await.unwrap(), handle)
}

/// What has come by now.
async fn heard(client: &Client) -> Vec<Value> {
    client.list("tools").await.unwrap(); // its reply comes behind
    client.notifications()
}

fn methods(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["method"].as_str()).collect()
}

/// Sends `subscriptions/listen`, whose reply is among the notifications.
async fn listen(client: &Client, id: Value, filter: Value) -> Value {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS.as_str(),
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "_meta": meta, "notifications": filter });
    let request =
        json!({ "jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params });
    client.send(&request);
    heard(client).await.remove(0)
}

fn change_tools(handle: &ServerHandle) {
    handle.update(|items| items.enable(tools![two])).unwrap();
    handle.update(|items| items.disable(tools![two])).unwrap();
}

#[tokio::test]
async fn a_session_is_told_of_every_list() {
    let (client, handle) = connect(SESSION).await;
    change_tools(&handle);
    handle.update(|items| items.remove(tools![greet, memo])).unwrap();
    let heard = heard(&client).await;
    let expected = ["tools", "prompts", "resources"];
    let expected = expected.map(|list| format!("notifications/{list}/list_changed"));
    assert_eq!(methods(&heard), expected, "and of what changed twice once");
    assert!(heard[0].get("params").is_none_or(|params| params.get("_meta").is_none()));
}

#[tokio::test]
async fn a_session_is_told_of_the_resources_it_subscribed_to() {
    for revision in Revision::ALL.into_iter().filter(|one| *one != STATELESS) {
        let (client, handle) = connect(revision).await;
        let uri = json!({ "uri": "memo://a" });
        assert_eq!(client.request("resources/subscribe", &uri).await.unwrap(), json!({}));
        for _ in 0..3 {
            handle.notify_updated("memo://a");
            handle.notify_updated("memo://b");
        }
        let told = heard(&client).await;
        assert_eq!(methods(&told), ["notifications/resources/updated"]);
        assert_eq!(told[0]["params"], uri);
        assert_eq!(client.request("resources/unsubscribe", &uri).await.unwrap(), json!({}));
        handle.notify_updated("memo://a");
        assert_eq!(heard(&client).await.len(), 0);
    }
}

#[tokio::test]
async fn nobody_subscribes_to_what_is_not_there_or_to_too_much() {
    let (client, _handle) = connect(SESSION).await;
    let refusal = client.request("resources/subscribe", json!({ "uri": "no://a" })).await;
    assert_eq!(refusal.unwrap_err().code(), -32002);
    for number in 0..1000 {
        let uri = format!("memo://{number}");
        client.request("resources/subscribe", json!({ "uri": uri })).await.unwrap();
    }
    let again = client.request("resources/subscribe", json!({ "uri": "memo://7" })).await;
    again.unwrap();
    let refusal = client.request("resources/subscribe", json!({ "uri": "memo://x" })).await;
    assert_eq!(refusal.unwrap_err().code(), -32602);
}

#[tokio::test]
async fn who_listens_is_told_what_it_will_hear_and_then_no_more_than_that() {
    let (client, handle) = connect(STATELESS).await;
    let filter = json!({
        "promptsListChanged": true,
        "toolsListChanged": false,
        "resourceSubscriptions": ["memo://a", "no://a"],
        "unknown": true,
    });
    let acknowledged = listen(&client, json!("x"), filter).await;
    assert_eq!(acknowledged["method"], "notifications/subscriptions/acknowledged");
    let honoured = json!({ "promptsListChanged": true, "resourceSubscriptions": ["memo://a"] });
    assert_eq!(acknowledged["params"]["notifications"], honoured);

    change_tools(&handle);
    handle.update(|items| items.remove(tools![greet])).unwrap();
    handle.notify_updated("memo://a");
    handle.notify_updated("memo://b");
    let heard = heard(&client).await;
    let expected = ["notifications/prompts/list_changed", "notifications/resources/updated"];
    assert_eq!(methods(&heard), expected);
    for message in [&acknowledged].into_iter().chain(&heard) {
        let id = &message["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
        assert_eq!(*id, json!("x"));
    }
}

#[tokio::test]
async fn a_subscription_has_the_id_of_its_request_with_its_type() {
    let (client, handle) = connect(STATELESS).await;
    let id = json!(1_800_000_000_000_i64);
    for id in [id, json!("1"), json!(0)] {
        let acknowledged = listen(&client, id.clone(), json!({ "toolsListChanged": true })).await;
        let meta = &acknowledged["params"]["_meta"];
        assert_eq!(meta["io.modelcontextprotocol/subscriptionId"], id);
    }
    change_tools(&handle);
    assert_eq!(heard(&client).await.len(), 3, "each of three subscriptions is told");
}

#[tokio::test]
async fn who_cancels_hears_no_more_and_gets_no_reply() {
    let (client, handle) = connect(STATELESS).await;
    listen(&client, json!(77), json!({ "toolsListChanged": true })).await;
    client.notify("notifications/cancelled", json!({ "requestId": 77 }));
    change_tools(&handle);
    assert_eq!(heard(&client).await.len(), 0);
    let acknowledged = listen(&client, json!(77), json!({})).await;
    assert_eq!(acknowledged["params"]["notifications"], json!({}), "and the id is free");
}

#[tokio::test]
async fn the_eras_do_not_share_their_methods() {
    let (client, _handle) = connect(STATELESS).await;
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        let refusal = client.request(method, json!({ "uri": "memo://a" })).await.unwrap_err();
        assert_eq!(refusal.code(), -32601, "{method}");
    }
    let (client, _handle) = connect(SESSION).await;
    let filter = json!({ "notifications": {} });
    let refusal = client.request("subscriptions/listen", filter).await.unwrap_err();
    assert_eq!(refusal.code(), -32601);
}

#[tokio::test]
async fn what_is_no_filter_is_refused() {
    let (client, _handle) = connect(STATELESS).await;
    let uris: Vec<_> = (0..1001).map(|number| format!("memo://{number}")).collect();
    for params in [
        json!({}),
        json!({ "notifications": 1 }),
        json!({ "notifications": { "toolsListChanged": "yes" } }),
        json!({ "notifications": { "resourceSubscriptions": uris } }),
    ] {
        let refusal = client.request("subscriptions/listen", params).await.unwrap_err();
        assert_eq!(refusal.code(), -32602);
    }
}
