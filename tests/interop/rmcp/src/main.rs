//! rmcp as a client that does what it is told: `interop-rmcp REVISION CAPABILITIES TARGET…`, the target a URL, or a
//! command with its arguments.
//!
//! So the cases written for the other clients are its cases too. One JSON object a line:
//!
//! ```text
//! →                                            ← {"hello": …}
//! → {"id": 1, "method": …, "params": …}        ← {"id": 1, "result": …} or {"id": 1, "error": …}
//! → {"cancel": 1}                              ← {"id": 1, "progress": …}, {"log": …}, {"change": …}, {"ended": …}
//! → {"answered": 1, "result": …}               ← {"asked": 1, "method": …, "params": …}, {"withdrawn": 1}
//! ```

#![expect(deprecated, reason = "logging and subscriptions are deprecated, and still served")]

mod listener;
mod session;

use std::process::ExitCode;
use std::sync::Arc;

use rmcp::model::{ClientCapabilities, ClientConfig, Implementation, ProtocolVersion};
use rmcp::service::{RoleClient, RunningService};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{ClientLifecycleMode, ClientServiceExt};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::listener::{Listener, Speaker};
use crate::session::Session;

// One thread: a call notes its progress token before anything can arrive for it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let next = [arguments.next(), arguments.next(), arguments.next()];
    let [Some(revision), Some(capabilities), Some(target)] = next else {
        eprintln!("usage: interop-rmcp REVISION CAPABILITIES URL|COMMAND [ARGUMENT…]");
        return ExitCode::FAILURE;
    };
    let speaker = Speaker::start();
    match connect(&revision, &capabilities, &target, arguments.collect(), &speaker).await {
        Ok(client) => {
            speaker.say(json!({ "hello": client.peer_info() }));
            obey(client, &speaker).await;
            ExitCode::SUCCESS
        }
        Err(error) => {
            speaker.say(json!({ "fatal": error.to_string() }));
            speaker.end().await;
            ExitCode::FAILURE
        }
    }
}

/// Calls over HTTP at the same time; rmcp itself would send 16.
const AT_ONCE: usize = 128;

pub type Client = RunningService<RoleClient, Listener>;

async fn connect(
    revision: &str,
    capabilities: &str,
    target: &str,
    arguments: Vec<String>,
    speaker: &Speaker,
) -> Result<Client, Box<dyn std::error::Error>> {
    let version: ProtocolVersion = serde_json::from_value(json!(revision))?;
    let lifecycle = if version >= ProtocolVersion::NO_INITIALIZE {
        ClientLifecycleMode::Auto { preferred_versions: vec![version.clone()], legacy_version: None }
    } else {
        ClientLifecycleMode::Initialize
    };
    let identity = Implementation::new("interop", "1");
    let capabilities: ClientCapabilities = serde_json::from_str(capabilities)?;
    let config = ClientConfig::new(capabilities, identity).with_protocol_version(version);
    let listener = Listener::new(config, speaker.clone());
    Ok(if target.starts_with("http") {
        let transport = StreamableHttpClientTransportConfig::with_uri(target).max_concurrent_requests(AT_ONCE);
        let transport = StreamableHttpClientTransport::from_config(transport);
        listener.serve_with_lifecycle(transport, lifecycle).await?
    } else {
        let mut command = Command::new(target);
        command.args(arguments);
        listener.serve_with_lifecycle(TokioChildProcess::new(command)?, lifecycle).await?
    })
}

/// Takes orders until there are no more, each in a task of its own; then leaves in rmcp's way.
async fn obey(client: Client, speaker: &Speaker) {
    let session = Arc::new(Session::new(client, speaker.clone()));
    let mut tasks = JoinSet::new();
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = orders.next_line().await {
        let order: Value = serde_json::from_str(&line).expect("an order is JSON");
        tasks.spawn(session.clone().obey(order));
    }
    tasks.shutdown().await;
    if let Some(session) = Arc::into_inner(session) {
        session.leave().await;
    }
}
