//! Extensions: what they add, and for whom.

use mcp_runtime::testing::{Answer, Client, connect, connect_answering};
use mcp_runtime::{Context, Extension, MethodError, Revision, Server, tool, tools};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

const WORDS: &str = "com.example/words";

#[derive(Deserialize)]
struct Count {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Counted {
    words: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
}

async fn count(ctx: Context, Count { text }: Count) -> Result<Counted, MethodError> {
    match &*text {
        "" => return Err(MethodError::invalid_params("nothing to count")),
        "own" => return Err(MethodError::new(7, "own").data(json!({ "more": 1 }))),
        "cause" => return Err(MethodError::internal("the password is 1234")),
        "panic" => panic!("the password is 1234"),
        _ => {}
    }
    ctx.log(mcp_runtime::LogLevel::Info, "counting");
    let words = text.split_whitespace().count();
    Ok(Counted { words, result_type: (words > 3).then_some("many") })
}

async fn scalar(_: Context, _: Map<String, Value>) -> Result<u8, MethodError> {
    Ok(1)
}

/// Whether the client declares the extension.
#[tool]
fn declares(ctx: &Context) -> Option<Value> {
    ctx.client().extension(WORDS).cloned()
}

fn extension() -> Extension {
    let settings = json!({ "languages": ["en"] }).as_object().unwrap().clone();
    Extension::new(WORDS)
        .settings(settings)
        .method("words/count", count)
        .method("words/scalar", scalar)
}

async fn client(extension: Extension, revision: Revision) -> Client {
    let server = Server::new("test", "1").with(tools![declares]).extension(extension);
    let capabilities = json!({ "extensions": { WORDS: { "depth": 2 } } });
    connect_answering(server, revision, capabilities, |_, _| Answer::Later).await.unwrap()
}

#[tokio::test]
async fn a_method_of_an_extension_is_served_to_who_declares_it() {
    let client = client(extension(), Revision::V2026_07_28).await;
    let discovered = client.request("server/discover", json!({})).await.unwrap();
    assert_eq!(discovered["capabilities"]["extensions"], json!({ WORDS: { "languages": ["en"] } }));
    let counted = client.request("words/count", json!({ "text": "one two" })).await.unwrap();
    assert_eq!((&counted["words"], &counted["resultType"]), (&json!(2), &json!("complete")));
    assert_eq!(counted["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "test");
    let counted = client.request("words/count", json!({ "text": "a b c d" })).await.unwrap();
    assert_eq!(counted["resultType"], "many");
    let declared = client.call("declares", ()).await.unwrap();
    assert_eq!(declared.as_value()["structuredContent"]["result"]["depth"], 2);
}

#[tokio::test]
async fn who_does_not_declare_it_is_told_what_is_missing() {
    let server = Server::new("test", "1").with(tools![declares]).extension(extension());
    let client = connect(server).await.unwrap();
    let refusal = client.request("words/count", json!({ "text": "a" })).await.unwrap_err();
    assert_eq!(refusal.code(), -32021);
    let required = &refusal.as_value()["data"]["requiredCapabilities"];
    assert_eq!(*required, json!({ "extensions": { WORDS: {} } }));
    assert_eq!(client.request("words/other", json!({})).await.unwrap_err().code(), -32601);
}

#[tokio::test]
async fn errors_are_the_methods_own_and_tell_nothing_else() {
    let client = client(extension(), Revision::V2026_07_28).await;
    for (params, code, message) in [
        (json!({ "text": "" }), -32602, "nothing to count"),
        (json!({ "text": 1 }), -32602, "params: invalid type: integer `1`, expected a string"),
        (json!({}), -32602, "params: missing field `text`"),
        (json!({ "text": "own" }), 7, "own"),
        (json!({ "text": "cause" }), -32603, "internal error"),
        (json!({ "text": "panic" }), -32603, "internal error"),
    ] {
        let refusal = client.request("words/count", params).await.unwrap_err();
        assert_eq!((refusal.code(), refusal.as_value()["message"].as_str()), (code, Some(message)));
    }
    assert_eq!(client.request("words/scalar", json!({})).await.unwrap_err().code(), -32603);
}

#[tokio::test]
async fn sessions_have_it_only_if_it_says_so() {
    let session = Revision::V2025_11_25;
    let closed = client(extension(), session).await;
    let refusal = closed.request("words/count", json!({ "text": "a" })).await.unwrap_err();
    assert_eq!(refusal.code(), -32601);
    let open = client(extension().in_sessions(), session).await;
    let counted = open.request("words/count", json!({ "text": "a" })).await.unwrap();
    assert_eq!(counted, json!({ "words": 1 }));
}

#[tokio::test]
async fn mistakes_are_found_at_start_all_at_once() {
    let taken = Extension::new("words").method("tools/list", scalar).method("words/count", count);
    let server = Server::new("test", "1").with(tools![declares, declares]);
    let error = connect(server.extension(extension()).extension(extension()).extension(taken));
    let error = error.await.unwrap_err().to_string();
    let expected = [
        "tool `declares` at ",
        "the extension `words` needs a domain before its name: `com.example/words`",
        "there are two extensions `com.example/words`",
        "`tools/list` of `words` is a method of the protocol",
        "`words/count` is a method of `com.example/words` and of",
    ];
    for what in expected {
        assert!(error.contains(what), "{what}\n{error}");
    }
}
