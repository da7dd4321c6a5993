//! Over HTTP a question turns the reply into a stream, and its answer is posted.

use mcp_runtime::HttpOptions;

use super::*;
use crate::http::{BOTH, JSON, V26, call, meta, request};
use crate::raw::{Connection, messages};
use crate::served::{Served, serve};

fn served(options: HttpOptions) -> Served {
    serve(server, options)
}

async fn open_session(client: &mut Connection) -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": everything(),
        "clientInfo": { "name": "client", "version": "1" },
    });
    let response = client.post(&[], &request(0, "initialize", params)).await;
    response.header("mcp-session-id").unwrap().to_owned()
}

#[tokio::test]
async fn a_session_is_asked_on_the_stream_of_its_call() {
    let served = served(HttpOptions::default());
    let mut stream = Connection::open(served.address).await;
    let mut posts = Connection::open(served.address).await;
    let id = open_session(&mut stream).await;
    stream
        .ask_post(
            &[("Mcp-Session-Id", &id)],
            &request(1, "tools/call", call("interview", json!({}))),
        )
        .await;
    let head = stream.head().await;
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    let mut texts = String::new();
    let mut answered = 0;
    let mut heard: Vec<Value> = Vec::new();
    while let Some(chunk) = stream.chunk().await {
        texts += std::str::from_utf8(&chunk).unwrap();
        heard = messages(&texts);
        for question in heard[answered..].iter().filter(|one| one.get("method").is_some()) {
            let Answer::Result(result) =
                obliging(question["method"].as_str().unwrap(), &question["params"])
            else {
                panic!()
            };
            let response = json!({ "jsonrpc": "2.0", "id": question["id"], "result": result });
            let response = posts.post(&[("Mcp-Session-Id", &id)], &response.to_string()).await;
            assert_eq!((response.status(), &*response.body), (202, ""));
        }
        answered = heard.len();
    }
    assert_eq!(heard.len(), 4);
    assert_eq!(heard[3]["result"]["content"][0]["text"], "Ada Lovelace Countess");
}

/// A request without a session, whose client can do everything that is said.
fn alone(name: &str, capabilities: Value, extra: Value) -> (Vec<(&str, &str)>, String) {
    let mut params = call(name, json!({}));
    for (key, value) in extra.as_object().unwrap() {
        params[key] = value.clone();
    }
    params["_meta"] = meta(V26);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    let headers =
        vec![("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", name)];
    (headers, request(1, "tools/call", params))
}

/// Two processes that share a key see alternate rounds.
#[tokio::test]
async fn rounds_need_no_session_and_no_single_process() {
    let keyed = |keys: [&'static str; 2]| {
        serve(
            move || keys.iter().fold(server(), |server, key| server.state_key(key.repeat(32))),
            HttpOptions::default().stateless(true),
        )
    };
    // The second is half-way through a rotation.
    let served = [keyed(["0a", "0b"]), keyed(["0c", "0a"])];
    let mut extra = json!({});
    for (round, text) in [None, None, Some("Ada Lovelace Countess")].into_iter().enumerate() {
        // What the second has sealed with its new key the first cannot open.
        let at = &served[usize::from(round > 0)];
        let mut client = Connection::open(at.address).await;
        let (headers, body) = alone("interview", everything(), extra.clone());
        let response = client.post(&headers, &body).await;
        assert_eq!(response.status(), 200);
        let message = response.json();
        let result = &message["result"];
        if let Some(text) = text {
            assert_eq!(result["content"][0]["text"], text);
            break;
        }
        assert_eq!(result["resultType"], "input_required");
        let responses: serde_json::Map<_, _> = result["inputRequests"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(key, asked)| {
                let Answer::Result(answer) = obliging("elicitation/create", &asked["params"])
                else {
                    panic!()
                };
                (key.clone(), answer)
            })
            .collect();
        assert_eq!(responses.len(), 2 - round);
        extra = json!({ "inputResponses": responses, "requestState": result["requestState"] });
    }
}

#[tokio::test]
async fn what_a_client_lacks_has_a_status_of_its_own() {
    let served = served(HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let (headers, body) = alone("greet", json!({ "sampling": {} }), json!({}));
    let response = client.post(&headers, &body).await;
    assert_eq!((response.status(), response.code()), (400, Some(-32021)));
    let required = json!({ "elicitation": { "form": {} } });
    assert_eq!(response.json()["error"]["data"]["requiredCapabilities"], required);
}

#[tokio::test]
async fn without_a_stream_there_is_nobody_to_ask() {
    let served = served(HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = open_session(&mut client).await;
    let greet = request(1, "tools/call", call("greet", json!({})));
    let headers = [JSON, ("Accept", "application/json"), ("Mcp-Session-Id", &id)];
    let response = client.request("POST", "/mcp", &headers, &greet).await;
    let text = "there is no stream to ask the client on";
    assert_eq!(response.json()["result"]["content"][0]["text"], text);

    let served = self::served(HttpOptions::default().stateless(true));
    let mut client = Connection::open(served.address).await;
    let response = client.request("POST", "/mcp", &[JSON, BOTH], &greet).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], text);
}
