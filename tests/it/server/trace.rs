//! The trace that a request is part of.

use mcp_runtime::{Context, Revision, Server, testing, tool, tools};
use serde_json::json;

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

/// What is to be passed on.
#[tool]
fn headers(ctx: &Context) -> Vec<String> {
    let Some(parent) = ctx.trace_parent() else { return Vec::new() };
    let (state, baggage) = (parent.state().unwrap(), parent.baggage().unwrap());
    vec![parent.to_string(), state.to_owned(), baggage.to_owned()]
}

#[tokio::test]
async fn a_function_sees_the_trace_of_its_request_in_every_revision() {
    for revision in Revision::ALL {
        let server = Server::new("test", "1").with(tools![headers]);
        let client = testing::connect_at(server, revision).await.unwrap();
        let meta = json!({ "traceparent": PARENT, "tracestate": "rojo=1", "baggage": "user=ada" });
        for (meta, wanted) in [
            (meta, json!([PARENT, "rojo=1", "user=ada"])),
            (json!({ "traceparent": 1 }), json!([])),
        ] {
            let call = json!({ "name": "headers", "_meta": meta });
            let reply = client.request("tools/call", call).await.unwrap();
            let text = reply["content"][0]["text"].as_str().unwrap();
            let said: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(said, wanted, "{revision}");
        }
    }
}
