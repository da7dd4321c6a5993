//! Tower layers around calls.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Cx, Poll};

use mcp_runtime::layer::{CallOutcome, CallReply, CallRequest, Service, layer_fn};
use mcp_runtime::{Revision, Server, ToolError, resource, testing, tool, tools};
use serde_json::json;

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

#[tool]
async fn fail() -> Result<(), ToolError> {
    Err(ToolError::new("as asked"))
}

#[resource("notes://{id}")]
fn note(id: u32) -> String {
    format!("note {id}")
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Answer = Pin<Box<dyn Future<Output = Result<CallReply, BoxError>> + Send>>;

/// A layer that is one function of the call and of what answers it.
#[derive(Clone)]
struct By<S, F>(S, F);

impl<S, F> Service<CallRequest> for By<S, F>
where
    S: Service<CallRequest, Response = CallReply, Error = BoxError, Future: Send + 'static>,
    F: Fn(&mut S, CallRequest) -> Answer,
{
    type Response = CallReply;
    type Error = BoxError;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Cx<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, call: CallRequest) -> Answer {
        self.1(&mut self.0, call)
    }
}

macro_rules! by {
    ($by:expr) => {{
        let by = $by;
        layer_fn(move |calls: mcp_runtime::layer::Calls| By(calls, by.clone()))
    }};
}

fn server() -> Server {
    Server::new("test", "1").with(tools![add, fail, note])
}

#[tokio::test]
async fn layers_see_calls_from_the_outside_in() {
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let watch = |place: &'static str| {
        let seen = seen.clone();
        by!(move |inner: &mut mcp_runtime::layer::Calls, call: CallRequest| -> Answer {
            let about = match call.uri() {
                Some(uri) => uri.into_owned(),
                None => call.arguments().unwrap_or("nothing").to_owned(),
            };
            let line = format!("{place} {} {} {about}", call.method(), call.name());
            seen.lock().unwrap().push(line);
            let (seen, answer) = (seen.clone(), inner.call(call));
            Box::pin(async move {
                let reply = answer.await?;
                seen.lock().unwrap().push(format!("{place} {:?}", reply.outcome()));
                Ok(reply)
            })
        })
    };
    let client =
        testing::connect(server().layer(watch("outer")).layer(watch("inner"))).await.unwrap();
    let sum = client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap();
    assert_eq!(sum.structured::<i64>(), 3);
    client.call("fail", json!({})).await.unwrap();
    client.read("notes://7").await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            r#"outer tools/call add {"a":1,"b":2}"#,
            r#"inner tools/call add {"a":1,"b":2}"#,
            "inner Ok",
            "outer Ok",
            "outer tools/call fail {}",
            "inner tools/call fail {}",
            "inner ToolError",
            "outer ToolError",
            "outer resources/read note notes://7",
            "inner resources/read note notes://7",
            "inner Ok",
            "outer Ok",
        ]
    );
}

#[tokio::test]
async fn a_layer_answers_in_place_of_the_function() {
    let refuse = by!(|_: &mut mcp_runtime::layer::Calls, call: CallRequest| -> Answer {
        let reply = call.refuse(-1, "no more of these today");
        assert_eq!(reply.outcome(), CallOutcome::Error(-1));
        Box::pin(async move { Ok(reply) })
    });
    let client = testing::connect(server().layer(refuse)).await.unwrap();
    let refusal = client.call("add", json!({ "a": 1, "b": 2 })).await.unwrap_err();
    assert!(refusal.to_string().contains("no more of these today"), "{refusal}");
}

#[tokio::test]
async fn a_reply_that_is_kept_answers_other_requests() {
    let kept = Arc::<Mutex<Option<CallReply>>>::default();
    let keep = by!(move |inner: &mut mcp_runtime::layer::Calls, call: CallRequest| -> Answer {
        if let Some(reply) = kept.lock().unwrap().clone() {
            return Box::pin(async move { Ok(reply) });
        }
        let (kept, answer) = (kept.clone(), inner.call(call));
        Box::pin(async move {
            let reply = answer.await?;
            *kept.lock().unwrap() = Some(reply.clone());
            Ok(reply)
        })
    });
    let client = testing::connect_at(server().layer(keep), Revision::V2025_11_25).await.unwrap();
    for b in 2..5 {
        let sum = client.call("add", json!({ "a": 1, "b": b })).await.unwrap();
        assert_eq!(sum.structured::<i64>(), 3, "the first one");
    }
}

#[tokio::test]
async fn a_layer_that_fails_is_an_internal_error_and_the_server_lives() {
    let fail = by!(|_: &mut mcp_runtime::layer::Calls, call: CallRequest| -> Answer {
        match call.name() {
            "add" => Box::pin(async { Err("secret".into()) }),
            _ => Box::pin(async { panic!("as asked") }),
        }
    });
    let client = testing::connect(server().layer(fail)).await.unwrap();
    for (tool, arguments) in [("add", json!({ "a": 1, "b": 2 })), ("fail", json!({}))] {
        let refusal = client.call(tool, arguments).await.unwrap_err().to_string();
        assert!(!refusal.contains("secret"), "{refusal}");
    }
    assert_eq!(client.list("tools").await.unwrap().len(), 2);
}
