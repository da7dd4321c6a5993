//! Streamable HTTP over real sockets.

mod batch;
mod eras;
mod guard;
mod limits;
mod params;
mod resume;
mod sessions;
mod streams;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mcp_runtime::{
    Context, HttpOptions, LogLevel, Progress, Server, prompt, resource, tool, tools,
};
use serde_json::{Value, json};

use crate::raw::{Connection, Response, until};
use crate::served::{Served, serve};

pub(crate) const V26: &str = "2026-07-28";
pub(crate) const BOTH: (&str, &str) = ("Accept", "application/json, text/event-stream");
pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Counts what becomes of calls.
#[derive(Debug, Default, Clone)]
pub(crate) struct Probe(Arc<Counts>);

#[derive(Debug, Default)]
pub(crate) struct Counts {
    started: AtomicUsize,
    finished: AtomicUsize,
    dropped: AtomicUsize,
}

impl Probe {
    pub(crate) fn started(&self) -> usize {
        self.0.started.load(Ordering::SeqCst)
    }

    pub(crate) fn finished(&self) -> usize {
        self.0.finished.load(Ordering::SeqCst)
    }

    pub(crate) fn dropped(&self) -> usize {
        self.0.dropped.load(Ordering::SeqCst)
    }
}

/// Counts its own end.
struct Guarded<'a>(&'a Probe);

impl Drop for Guarded<'_> {
    fn drop(&mut self) {
        self.0.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

/// Adds two numbers.
#[tool]
fn add(a: i64, b: i64) -> i64 {
    a + b
}

/// Sleeps, and is counted.
#[tool]
async fn nap(probe: &Probe, ms: u64) -> &'static str {
    probe.0.started.fetch_add(1, Ordering::SeqCst);
    let guarded = Guarded(probe);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    probe.0.finished.fetch_add(1, Ordering::SeqCst);
    drop(guarded);
    "rested"
}

/// Sleeps on its thread.
#[tool]
fn doze(ms: u64) -> &'static str {
    std::thread::sleep(Duration::from_millis(ms));
    "rested"
}

/// Logs lines of some size, with pauses, and is counted.
#[tool]
async fn recite(ctx: &Context, probe: &Probe, lines: u32, size: usize, pause: u64) -> u32 {
    probe.0.started.fetch_add(1, Ordering::SeqCst);
    let guarded = Guarded(probe);
    for line in 0..lines {
        ctx.log(LogLevel::Info, format!("{line} {}", "x".repeat(size)));
        ctx.progress(Progress::new(f64::from(line) + 1.0));
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    probe.0.finished.fetch_add(1, Ordering::SeqCst);
    drop(guarded);
    lines
}

/// Lets its connection go, and goes on.
#[tool]
async fn depart(ctx: &Context, probe: &Probe, ms: u64) -> &'static str {
    ctx.close_stream();
    probe.0.started.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(ms)).await;
    probe.0.finished.fetch_add(1, Ordering::SeqCst);
    "arrived"
}

/// Says something and returns at once.
#[tool(inline)]
fn remark(ctx: &Context) -> &'static str {
    ctx.log(LogLevel::Info, "by the way");
    "done"
}

/// What a header says.
#[tool]
fn header(ctx: &Context, name: String) -> Option<String> {
    ctx.header(&name).map(str::to_owned)
}

/// A note.
#[resource("memo://note")]
fn note() -> &'static str {
    "remember"
}

/// Greets.
#[prompt]
fn greet(who: String) -> String {
    format!("Greet {who}.")
}

pub(crate) fn server(probe: &Probe) -> impl FnOnce() -> Server + Send + 'static {
    let probe = probe.clone();
    move || {
        Server::new("fixture", "1.0.0")
            .state(probe)
            .with(tools![add, nap, doze, recite, depart, remark, header, note, greet])
    }
}

pub(crate) fn served() -> Served {
    serve(server(&Probe::default()), HttpOptions::default())
}

pub(crate) fn meta(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

/// A request of a session.
pub(crate) fn request(id: i64, method: &str, params: Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// A request that describes itself.
pub(crate) fn stateless(id: i64, method: &str, mut params: Value) -> String {
    if params.get("_meta").is_none() {
        params["_meta"] = meta(V26);
    }
    request(id, method, params)
}

pub(crate) fn call(name: &str, arguments: Value) -> Value {
    json!({ "name": name, "arguments": arguments })
}

pub(crate) fn initialize(revision: &str) -> String {
    let client = json!({ "name": "client", "version": "1" });
    let params = json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": client });
    request(0, "initialize", params)
}

impl Connection {
    pub(crate) async fn post(&mut self, headers: &[(&str, &str)], body: &str) -> Response {
        self.ask_post(headers, body).await;
        self.response().await
    }

    pub(crate) async fn ask_post(&mut self, headers: &[(&str, &str)], body: &str) {
        let headers: Vec<_> = [JSON, BOTH].iter().chain(headers).copied().collect();
        self.ask("POST", self.endpoint, &headers, body).await;
    }

    /// Calls a tool without a session.
    pub(crate) async fn call(&mut self, name: &str, arguments: Value) -> Response {
        self.ask_call(name, arguments).await;
        self.response().await
    }

    pub(crate) async fn ask_call(&mut self, name: &str, arguments: Value) {
        let headers =
            [("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", name)];
        self.ask_post(&headers, &stateless(1, "tools/call", call(name, arguments))).await;
    }

    /// Opens a session.
    pub(crate) async fn initialize(&mut self, revision: &str) -> String {
        let response = self.post(&[], &initialize(revision)).await;
        assert_eq!(response.status(), 200, "{response:?}");
        response.header("mcp-session-id").unwrap().to_owned()
    }
}
