//! A server of 108 tools over stdio and HTTP, as one writes it with tokio, axum, serde and schemars alone: no sessions, no
//! second era, no limits, no cancellation. What it takes to start and to be there is what a framework can only add to.

mod tools;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::net::unix::pipe;
use tokio::runtime::Builder;

use crate::tools::TOOLS;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: &'a str,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    name: Option<&'a str>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// Nothing to a notification.
fn answer(message: &[u8]) -> Option<Vec<u8>> {
    let request: Request = serde_json::from_slice(message).expect("the load sends JSON");
    let id = request.id?;
    let result = match request.method {
        "initialize" => json!({
            "protocolVersion": "2025-11-25",
            "capabilities": { "tools": {} },
            "serverInfo": { "name": "bench", "version": "1.0.0" },
        }),
        "tools/list" => {
            let tool = |tool: &tools::Tool| json!({ "name": tool.name, "description": tool.description, "inputSchema": (tool.schema)() });
            json!({ "tools": TOOLS.iter().map(tool).collect::<Vec<_>>() })
        }
        "tools/call" => called(request.params),
        _ => json!({}),
    };
    Some(json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string().into())
}

fn called(params: Option<Params>) -> serde_json::Value {
    let params = params.expect("a call has params");
    let tool = TOOLS.iter().find(|tool| Some(tool.name) == params.name);
    let arguments = params.arguments.map_or("{}", RawValue::get);
    match tool.map(|tool| (tool.call)(arguments)) {
        Some(Ok(text)) => json!({ "content": [{ "type": "text", "text": text }] }),
        Some(Err(error)) => {
            json!({ "content": [{ "type": "text", "text": error.to_string() }], "isError": true })
        }
        None => json!({ "content": [], "isError": true }),
    }
}

async fn stdio() {
    let stdin = pipe::OpenOptions::new().open_receiver("/proc/self/fd/0").expect("stdin is a pipe");
    let mut stdout =
        pipe::OpenOptions::new().open_sender("/proc/self/fd/1").expect("stdout is a pipe");
    let mut lines = BufReader::with_capacity(64 << 10, stdin);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).await.expect("a pipe") > 0 {
        if let Some(mut reply) = answer(&line) {
            reply.push(b'\n');
            stdout.write_all(&reply).await.expect("a reader");
        }
        line.clear();
    }
}

async fn http() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    // The load looks for a session. There is none.
    let answered =
        async |message: Bytes| ([("mcp-session-id", "0")], answer(&message).unwrap_or_default());
    axum::serve(listener, Router::new().route("/mcp", post(answered)))
        .await
        .expect("it serves for ever");
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("http") => {
            Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(http())
        }
        _ => {
            Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(stdio())
        }
    }
}
