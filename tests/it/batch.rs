//! Several messages in one frame where all replies share a stream: each has a reply of its own.

use mcp_runtime::testing::connect_at;
use mcp_runtime::{Revision, Server, tool, tools};
use serde_json::{Value, json};

/// Adds two numbers.
#[tool(inline)]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

fn call(id: i64, a: i64) -> Value {
    let params = json!({ "name": "add", "arguments": { "a": a, "b": 1 } });
    json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
}

async fn replies(revision: Revision, batch: Value) -> Vec<Value> {
    let server = Server::new("test", "1").with(tools![add]);
    let client = connect_at(server, revision).await.unwrap();
    client.send(&batch);
    client.request("tools/list", json!({})).await.unwrap(); // comes behind
    client.notifications()
}

#[tokio::test]
async fn each_request_of_a_batch_has_its_reply() {
    let heard = replies(Revision::V2025_03_26, json!([call(101, 1), call(102, 2)])).await;
    let texts: Vec<_> = heard.iter().map(|one| &one["result"]["content"][0]["text"]).collect();
    assert_eq!(texts, ["2", "3"]);
}

#[tokio::test]
async fn where_there_are_no_batches_each_request_is_refused() {
    for revision in Revision::ALL.into_iter().filter(|one| *one != Revision::V2025_03_26) {
        let heard = replies(revision, json!([call(101, 1), {}, call(102, 2)])).await;
        let told: Vec<_> = heard.iter().map(|one| (&one["id"], &one["error"]["code"])).collect();
        assert_eq!(
            told,
            [(&json!(101), &json!(-32600)), (&json!(102), &json!(-32600))],
            "{revision}"
        );
    }
}

/// The revision has no message for what has no id.
#[tokio::test]
async fn what_is_no_message_and_has_no_id_is_dropped() {
    let heard = replies(Revision::V2025_03_26, json!([call(101, 1), 7])).await;
    let ids: Vec<_> = heard.iter().map(|one| &one["id"]).collect();
    assert_eq!(ids, [101]);
}
