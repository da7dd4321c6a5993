//! What is bounded: what a call says, and what a refusal echoes.

use mcp_runtime::{Context, Progress, tool, tools};
use serde_json::{Value, json};

use super::connect;

/// Says a lot.
#[tool]
async fn chatter(ctx: &Context) -> usize {
    for done in 0..10_000 {
        ctx.progress(Progress::new(done));
    }
    10_000
}

#[tokio::test]
async fn progress_is_bounded_grows_and_precedes_the_reply() {
    let client = connect(tools![chatter]).await;
    let params = json!({ "name": "chatter", "arguments": {}, "_meta": { "progressToken": 7 } });
    client.request("tools/call", params).await.unwrap();
    let heard: Vec<Value> = client.notifications();
    let progress: Vec<_> =
        heard.iter().map(|said| said["params"]["progress"].as_f64().unwrap()).collect();
    assert!(progress.is_sorted_by(|one, next| one < next), "{progress:?}");
    assert!(
        progress.len() <= 1024 && progress.last() == Some(&9_999.0),
        "{} {:?}",
        progress.len(),
        progress.last()
    );
    assert!(heard.iter().all(|said| said["params"]["progressToken"] == 7));
}

#[tokio::test]
async fn what_is_echoed_is_bounded() {
    let client = connect(tools![super::add]).await;
    let long = "x".repeat(100_000);
    for refusal in [
        client.request(&long, json!({})).await.unwrap_err(),
        client.call(&long, ()).await.unwrap_err(),
        client.request("tools/list", json!({ "cursor": long })).await.unwrap_err(),
    ] {
        assert!(refusal.as_value().to_string().len() < 1000, "{refusal}");
    }
}
