//! Who is told of changes, and under which name.

use std::process::Command;

use mcp_runtime::{Context, Error, HttpOptions, Revision, Server, testing, tool, tools};

use super::*;
use crate::ask::processes::Process;
use crate::raw::{messages, patient};
use crate::served::Served;
use crate::transports::functions;

const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";
const TOOLS: &str = "notifications/tools/list_changed";
const UPDATED: &str = "notifications/resources/updated";
const SUBSCRIPTION: &str = "/params/_meta/io.modelcontextprotocol~1subscriptionId";

/// A stream, and what has come on it and was not looked at.
struct Stream(Connection, Vec<Value>);

impl Stream {
    async fn next(&mut self) -> Value {
        while self.1.is_empty() {
            self.1 = messages(std::str::from_utf8(&self.0.chunk().await.unwrap()).unwrap());
        }
        self.1.remove(0)
    }
}

/// Listens for changes of tools, and of one resource.
async fn listen(address: std::net::SocketAddr, id: &Value) -> Stream {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["config://app"] });
    let params = json!({ "_meta": meta(V26), "notifications": filter });
    let body =
        json!({ "jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params });
    let mut stream = Stream(Connection::open(address).await, Vec::new());
    stream.0.ask_post(&modern("subscriptions/listen"), &body.to_string()).await;
    assert_eq!(stream.0.head().await.status, 200);
    let acknowledged = stream.next().await;
    assert_eq!(acknowledged["method"], ACKNOWLEDGED);
    assert_eq!(acknowledged.pointer(SUBSCRIPTION), Some(id));
    stream
}

async fn run(served: &Served, tool: &str, arguments: Value) {
    let mut client = Connection::open(served.address).await;
    let result = client.call(tool, arguments).await.json()["result"].take();
    assert_ne!(result["isError"], true, "{result}");
}

/// basic/patterns/subscriptions: a client tells its subscriptions apart by the ids of its requests,
/// and 5 and "5" are two.
#[tokio::test]
async fn a_subscription_is_named_by_an_id_of_the_same_type() {
    let served = serve(functions::server, HttpOptions::default());
    let ids = [json!(1_800_000_000_000_i64), json!(5), json!("5"), json!(0)];
    let mut streams = Vec::new();
    for id in &ids {
        streams.push(listen(served.address, id).await);
    }
    run(&served, "change", json!({ "what": "tools", "there": true })).await;
    for (stream, id) in streams.iter_mut().zip(&ids) {
        let told = stream.next().await;
        assert_eq!((&told["method"], told.pointer(SUBSCRIPTION)), (&json!(TOOLS), Some(id)));
    }
}

/// Is not there for long.
#[tool]
fn passing() {}

/// Has another tool for a moment.
#[tool]
fn blink(ctx: &Context) -> Result<(), Error> {
    ctx.server().update(|items| items.enable(tools![passing]))?;
    ctx.server().update(|items| items.disable(tools![passing]))
}

/// server/tools, "List changed notification": the suite lists again, and compares.
#[tokio::test]
async fn what_comes_and_goes_is_told_and_leaves_the_list_as_it_was() {
    for revision in Revision::ALL {
        let server = Server::new("test", "1").with(tools![blink, passing]);
        let server = server.disable(tools![passing]);
        let client = testing::connect_at(server, revision).await.unwrap();
        if revision.as_str() == V26 {
            let listening = json!({ "notifications": { "toolsListChanged": true } });
            let listen = stateless(500, "subscriptions/listen", listening);
            client.send(&serde_json::from_str(&listen).unwrap());
        }
        let before = client.list("tools").await.unwrap();
        for _ in 0..2 {
            client.notifications();
            assert!(!client.call("blink", ()).await.unwrap().is_error());
            assert_eq!(client.list("tools").await.unwrap(), before, "{revision}");
            let told = client.notifications();
            assert!(told.iter().any(|one| one["method"] == TOOLS), "{revision} {told:?}");
        }
    }
}

/// What changes is the server's, so every client that listens is told; what a session subscribed to
/// is its own.
#[tokio::test]
async fn every_listener_is_told_and_every_session_what_it_asked_for() {
    let served = serve(functions::server, HttpOptions::default());
    let config = json!({ "uri": "config://app" });
    // Nobody listens yet.
    run(&served, "touch", config.clone()).await;
    run(&served, "change", json!({ "what": "tools", "there": true })).await;

    let mut streams =
        [listen(served.address, &json!(1)).await, listen(served.address, &json!(1)).await];
    let mut sessions = Vec::new();
    for subscribes in [true, false] {
        let mut stream = Connection::open(served.address).await;
        let id = stream.initialize("2025-06-18").await;
        if subscribes {
            let subscribe = request(1, "resources/subscribe", config.clone());
            let reply = stream.post(&[session(&id)], &subscribe).await;
            assert_eq!(reply.json()["result"], json!({}));
        }
        let headers = [("Accept", "text/event-stream"), session(&id)];
        stream.ask("GET", "/mcp", &headers, "").await;
        assert_eq!(stream.head().await.status, 200);
        sessions.push(Stream(stream, Vec::new()));
    }
    run(&served, "touch", config.clone()).await;
    run(&served, "change", json!({ "what": "tools", "there": false })).await;
    for stream in streams.iter_mut().chain(&mut sessions[..1]) {
        assert_eq!(stream.next().await["method"], UPDATED);
        assert_eq!(stream.next().await["method"], TOOLS);
    }
    assert_eq!(sessions[1].next().await["method"], TOOLS, "it did not subscribe");
}

/// The suite leaves some of its streams open.
#[cfg(unix)]
#[tokio::test]
async fn who_listens_for_ever_does_not_hold_up_the_end() {
    let mut process = Process::http(&[]).await;
    let id = json!(7);
    let mut streams = [listen(process.address, &id).await, listen(process.address, &id).await];
    let asked = Command::new("kill").arg(process.child.id().unwrap().to_string()).status();
    assert!(asked.unwrap().success());
    for stream in &mut streams {
        let ended = stream.next().await;
        let name = "/result/_meta/io.modelcontextprotocol~1subscriptionId";
        assert_eq!((&ended["id"], ended.pointer(name)), (&id, Some(&id)));
        assert_eq!(stream.0.chunk().await, None);
    }
    assert!(patient(process.child.wait()).await.unwrap().success());
}

#[cfg(unix)]
#[test]
fn who_listens_for_ever_does_not_hold_up_the_end_of_a_pipe() {
    use crate::stdio::client::{Client, SERVER};

    let mut client = Client::piped_to(Command::new(SERVER));
    client.send(&stateless(5, "subscriptions/listen", json!({ "notifications": {} })));
    assert_eq!(client.next()["method"], ACKNOWLEDGED);
    client.hang_up();
    let ended = client.next();
    assert_eq!((&ended["id"], &ended["result"]["resultType"]), (&json!(5), &json!("complete")));
    let name = "/result/_meta/io.modelcontextprotocol~1subscriptionId";
    assert_eq!(ended.pointer(name), Some(&json!(5)));
    client.exits_well();
}
