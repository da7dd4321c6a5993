//! Over HTTP a question turns the reply into a stream, and its answer is posted.

use mcp_runtime::HttpOptions;
use tokio::sync::mpsc;

use super::*;
use crate::http::{BOTH, JSON, V26, call, meta, request};
use crate::raw::{Connection, patient};
use crate::served::{Served, serve};

fn served(options: HttpOptions) -> Served {
    serve(server, options)
}

/// Asks after a while, and tells how that went.
#[tool]
async fn late(ctx: &Context, told: &mpsc::UnboundedSender<Option<AskError>>) {
    told.send(None).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    told.send(ctx.elicit::<Name>("Still there?").await.err()).unwrap();
}

async fn open_session(client: &mut Connection) -> String {
    let params = json!({
        "protocolVersion": "2025-11-25", "capabilities": everything(),
        "clientInfo": { "name": "client", "version": "1" },
    });
    let response = client.post(&[], &request(0, "initialize", params)).await;
    response.header("mcp-session-id").unwrap().to_owned()
}

/// A request without a session, whose client can do everything that is said.
pub(crate) fn alone(name: &str, capabilities: Value, extra: Value) -> (Vec<(&str, &str)>, String) {
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

/// Its answer would be waited for until the session ends, and longer than people live.
#[tokio::test]
async fn who_has_hung_up_before_the_response_began_is_not_asked() {
    let (told, mut heard) = mpsc::unbounded_channel();
    let server = move || Server::new("asker", "1").with(tools![late]).state(told);
    let served = serve(server, HttpOptions::default());
    let mut client = Connection::open(served.address).await;
    let id = open_session(&mut client).await;
    let late = request(1, "tools/call", call("late", json!({})));
    let mut caller = Connection::open(served.address).await;
    caller.ask_post(&[("Mcp-Session-Id", &id)], &late).await;
    assert_eq!(patient(heard.recv()).await, Some(None), "it has begun");
    drop(caller);
    assert_eq!(patient(heard.recv()).await, Some(Some(AskError::NoStream)));
}
