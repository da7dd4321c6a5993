//! What clients leave behind that go without a word.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Process;
use crate::http::{V26, stateless};
use crate::raw::{Connection, until};

const CLIENTS: usize = 1_000;

/// How long a stream is quiet before the server says something, and would notice that nobody reads.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

const IDLE: Duration = Duration::from_secs(2);

async fn listener(server: &Process) -> Connection {
    let mut client = Connection::open(server.address).await;
    let headers = [("MCP-Protocol-Version", V26), ("Mcp-Method", "subscriptions/listen")];
    let wanted = json!({ "notifications": { "toolsListChanged": true } });
    client.ask_post(&headers, &stateless(1, "subscriptions/listen", wanted)).await;
    assert_eq!(client.head().await.status, 200);
    client
}

async fn listeners_end_with_their_clients(server: &Process) {
    until(|| server.connections() == 0).await; // of those before too
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        clients.push(listener(server).await);
    }
    assert_eq!(server.connections(), CLIENTS);
    let left = Instant::now();
    drop(clients);
    until(|| server.connections() == 0).await;
    assert!(left.elapsed() < KEEP_ALIVE, "{:?}", left.elapsed());
}

async fn sessions_end_after_their_idle_time(server: &Process) {
    let mut client = Connection::open(server.address).await;
    let mut ids = Vec::new();
    for _ in 0..CLIENTS {
        ids.push(client.initialize("2025-11-25").await);
    }
    tokio::time::sleep(IDLE).await; // looking would be a use
    for id in ids {
        let headers = [("Mcp-Session-Id", &*id), ("Accept", "text/event-stream")];
        let response = client.request("GET", "/mcp", &headers, "").await;
        assert_eq!(response.status(), 404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_abandoned_streams_and_sessions_cost_no_memory_the_third_time() {
    let server = Process::http(&["--session-idle", &format!("{}ms", IDLE.as_millis())]).await;
    let mut peaks = Vec::new();
    for _ in 0..3 {
        server.forget_peak();
        listeners_end_with_their_clients(&server).await;
        sessions_end_after_their_idle_time(&server).await;
        peaks.push(server.peak());
    }
    assert!(peaks[2] * 10 <= peaks[0] * 11, "peaks in KiB: {peaks:?}");
}
