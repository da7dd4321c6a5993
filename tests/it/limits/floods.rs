//! Floods: whoever sends more than may be is told so, others are served, and memory has its bound.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::Process;
use crate::http::{BOTH, JSON, V26, call, stateless};
use crate::raw::{Connection, patient, until};

/// What a flood may cost beside what the idle server has: the default of `--max-memory`.
const BUDGET: u64 = 64 * 1024;

const MIB: usize = 1024 * 1024;

/// Whether the server still does what it is there for.
async fn is_sane(server: &Process) {
    until(|| server.connections() == 0).await;
    let mut client = Connection::open(server.address).await;
    let response = client.call("add", json!({ "a": 2, "b": 3 })).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "5");
}

/// Runs a flood against a server with the limits it has unless somebody sets others.
async fn flood(flags: &[&str], pour: impl AsyncFnOnce(&Process)) {
    let server = Process::http(flags).await;
    is_sane(&server).await;
    let idle = server.peak();
    pour(&server).await;
    let peak = server.peak();
    is_sane(&server).await;
    assert!(peak <= idle + BUDGET, "{idle} KiB idle, {peak} KiB in the flood");
    eprintln!("{idle} KiB idle, {peak} KiB in the flood: {} KiB", peak - idle);
}

/// The status, if it is one of those a refusal may have, and says when to come back.
async fn refused(client: &mut Connection, statuses: &[u16]) -> bool {
    let response = client.response().await;
    if response.status() == 200 {
        return false;
    }
    assert!(statuses.contains(&response.status()), "{response:?}");
    if response.status() == 503 || response.status() == 429 {
        assert!(response.header("retry-after").is_some(), "{response:?}");
    }
    assert!(response.json()["error"]["message"].is_string());
    true
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections() {
    flood(&[], async |server| {
        let mut open = Vec::new();
        for _ in 0..1024 {
            open.push(Connection::open(server.address).await);
        }
        until(|| server.connections() >= 1024).await;
        for _ in 0..200 {
            let mut one_more = Connection::open(server.address).await;
            assert!(refused(&mut one_more, &[503]).await);
            assert!(one_more.is_closed().await);
        }
        let response = open[0].call("add", json!({ "a": 1, "b": 1 })).await;
        assert_eq!(response.status(), 200, "who is in is served");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions() {
    flood(&[], async |server| {
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let mut client = Connection::open(server.address).await;
            tasks.spawn(async move {
                let first = client.initialize("2025-11-25").await;
                for _ in 0..3_000 {
                    client.initialize("2025-11-25").await;
                }
                first
            });
        }
        let first = tasks.join_all().await.remove(0);
        let mut client = Connection::open(server.address).await;
        let headers = [("Mcp-Session-Id", &*first), ("Accept", "text/event-stream")];
        let response = client.request("GET", "/mcp", &headers, "").await;
        assert_eq!(response.status(), 404, "the idlest made room");
    })
    .await;
}

fn keep(size: usize, ms: u64) -> String {
    let arguments = json!({ "text": "x".repeat(size), "ms": ms });
    stateless(1, "tools/call", call("keep", arguments))
}

const KEEP: [(&str, &str); 3] =
    [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "keep")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_kept() {
    flood(&[], async |server| {
        let body = keep(2 * MIB, 600_000);
        let (sender, mut refusals) = tokio::sync::mpsc::channel(60);
        let mut tasks = JoinSet::new();
        for _ in 0..60 {
            let (address, body, sender) = (server.address, body.clone(), sender.clone());
            tasks.spawn(async move {
                let mut client = Connection::open(address).await;
                client.ask_post(&KEEP, &body).await;
                sender.send(refused(&mut client, &[503]).await).await.unwrap();
            });
        }
        for _ in 0..30 {
            assert_eq!(patient(refusals.recv()).await, Some(true));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_do_not_end() {
    flood(&["--body-time", "2s"], async |server| {
        let mut tasks = JoinSet::new();
        for _ in 0..100 {
            let address = server.address;
            tasks.spawn(async move {
                let mut client = Connection::open(address).await;
                let length = (4 * MIB).to_string();
                client.ask("POST", "/mcp", &[JSON, BOTH, ("Content-Length", &length)], "").await;
                client.send(&vec![b' '; 3 * MIB]).await;
                assert!(refused(&mut client, &[408, 503]).await);
            });
        }
        tasks.join_all().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_do_not_end() {
    flood(&["--header-time", "2s"], async |server| {
        let mut clients = Vec::new();
        for _ in 0..1_000 {
            let mut client = Connection::open(server.address).await;
            let pad = "x".repeat(15 * 1024);
            client.send(format!("POST /mcp HTTP/1.1\r\nPad: {pad}").as_bytes()).await;
            clients.push(client);
        }
        for mut client in clients {
            assert!(client.is_closed().await);
        }
        let mut client = Connection::open(server.address).await;
        let pad = "x".repeat(16 * 1024);
        client.ask("POST", "/mcp", &[("Pad", &pad)], "").await;
        assert_eq!(client.response().await.status(), 431);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_that_nobody_reads() {
    flood(&[], async |server| {
        let chatter = json!({ "lines": 1000, "size": 10_000, "ms": 60_000 });
        let chatter = stateless(1, "tools/call", {
            let mut call = call("chatter", chatter);
            call["_meta"] = crate::http::meta(V26);
            call["_meta"]["io.modelcontextprotocol/logLevel"] = json!("debug");
            call
        });
        let headers =
            [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "chatter")];
        let mut clients = Vec::new();
        for _ in 0..100 {
            let mut client = Connection::open(server.address).await;
            client.ask_post(&headers, &chatter).await;
            clients.push(client);
        }
        for client in &mut clients {
            assert_eq!(client.head().await.status, 200);
        }
    })
    .await;
}

/// Over HTTP+SSE, where a stream is a session.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_past_what_may_be() {
    flood(&["--with-sse", "--max-sessions", "500"], async |server| {
        let mut clients = Vec::new();
        for _ in 0..700 {
            let mut client = Connection::open(server.address).await;
            client.ask("GET", "/sse", &[("Accept", "text/event-stream")], "").await;
            clients.push(client);
        }
        let mut refused = 0;
        for client in &mut clients {
            let head = client.head().await;
            assert!(matches!(head.status, 200 | 503), "{}", head.status);
            refused += usize::from(head.status == 503 && head.header("retry-after").is_some());
        }
        assert_eq!(refused, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_that_nobody_reads() {
    flood(&[], async |server| {
        let recite = stateless(1, "tools/call", call("recite", json!({ "size": 6 * MIB })));
        let headers =
            [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", "recite")];
        let mut clients = Vec::new();
        let mut refused = 0;
        for _ in 0..30 {
            let mut client = Connection::open(server.address).await;
            client.ask_post(&headers, &recite).await;
            let head = client.head().await;
            assert_eq!(head.status, 200);
            let length: usize = head.header("content-length").unwrap().parse().unwrap();
            refused += usize::from(length < MIB);
            clients.push(client);
        }
        assert!((10..28).contains(&refused), "{refused}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines() {
    let mut server = Process::stdio(&[]).await;
    let add = |id: i64| request(id, "add", json!({ "a": 2, "b": 3 }));
    server.send(&add(0)).await;
    assert_eq!(server.next().await["result"]["content"][0]["text"], "5");
    let idle = server.peak();
    for id in 1..=100 {
        let keep = json!({ "text": "x".repeat(MIB), "ms": 600_000 });
        server.send(&request(id, "keep", keep)).await;
    }
    server.send(&add(101)).await; // what is refused is so before this is answered
    let mut refused = 0;
    loop {
        let message = server.next().await;
        if message["id"] == 101 {
            break;
        }
        let refusal = message["error"]["message"].as_str();
        assert!(refusal.is_some_and(|what| what.contains("--max-memory")), "{message}");
        refused += 1;
    }
    assert!((10..=90).contains(&refused), "{refused}");
    let peak = server.peak();
    assert!(peak <= idle + BUDGET, "{idle} KiB idle, {peak} KiB in the flood");
    eprintln!("{idle} KiB idle, {peak} KiB in the flood: {} KiB", peak - idle);
}

fn request(id: i64, tool: &str, arguments: Value) -> String {
    let mut params = call(tool, arguments);
    params["_meta"] = crate::http::meta(V26);
    crate::http::request(id, "tools/call", params)
}
