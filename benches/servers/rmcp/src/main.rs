//! The server that is measured, on rmcp, in the fastest way it has for each kind of client: `peer-rmcp stdio`,
//! `peer-rmcp http` (2026-07-28, JSON), `peer-rmcp http sessions`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::serve::ListenerExt;
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::wrapper::{Json, Parameters};
use rmcp::model::{
    CallToolResult, ContentBlock, Implementation, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ServerHandler, ServiceExt, tool, tool_handler, tool_router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

#[derive(Deserialize, JsonSchema)]
struct Addends {
    /// First addend
    a: i64,
    /// Second addend
    b: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    /// What to say
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct Wait {
    /// How long
    milliseconds: u64,
}

#[derive(Deserialize, JsonSchema)]
struct Numbers {
    /// The numbers
    numbers: Vec<f64>,
}

#[derive(Deserialize, JsonSchema)]
struct Search {
    /// What to look for
    query: String,
    /// How many results at most
    limit: Option<u32>,
}

#[derive(Serialize, JsonSchema)]
struct Summary {
    count: usize,
    total: f64,
    largest: Option<f64>,
}

#[derive(Clone)]
struct Peer;

#[tool_router]
impl Peer {
    #[tool(description = "Adds two numbers.")]
    fn add(&self, Parameters(Addends { a, b }): Parameters<Addends>) -> String {
        (a + b).to_string()
    }

    #[tool(description = "Says it again.")]
    fn echo(&self, Parameters(Text { text }): Parameters<Text>) -> String {
        text
    }

    #[tool(description = "Waits.")]
    async fn sleep(&self, Parameters(Wait { milliseconds }): Parameters<Wait>) -> String {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        "done".into()
    }

    #[tool(description = "Sums numbers up.")]
    fn summary(&self, Parameters(Numbers { numbers }): Parameters<Numbers>) -> Json<Summary> {
        let largest = numbers.iter().copied().reduce(f64::max);
        Json(Summary { count: numbers.len(), total: numbers.iter().sum(), largest })
    }
}

/// Made once: what `#[tool_handler]` writes by default makes it anew for each call.
fn router() -> &'static ToolRouter<Peer> {
    static ROUTER: OnceLock<ToolRouter<Peer>> = OnceLock::new();
    ROUTER.get_or_init(|| {
        let schema = rmcp::handler::server::tool::schema_for_type::<Search>();
        (0..100).fold(Peer::tool_router(), |router, number| {
            let about = "Searches one of the collections and returns what fits best, best first.";
            let tool = Tool::new(format!("tool_{number:02}"), about, schema.clone());
            router.with_route(ToolRoute::new(
                tool,
                |Parameters(Search { query, limit }): Parameters<Search>| {
                    CallToolResult::success(vec![ContentBlock::text(format!("{query} {limit:?}"))])
                },
            ))
        })
    })
}

#[tool_handler(router = router())]
impl ServerHandler for Peer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("bench", "1.0.0"))
    }
}

async fn serve_http(sessions: bool) {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(sessions)
        .with_json_response(true);
    let service =
        StreamableHttpService::new(|| Ok(Peer), Arc::<LocalSessionManager>::default(), config);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    println!("{}", listener.local_addr().expect("an address").port());
    // Its examples leave this out, and wait 44 ms for the end of each stream.
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a TCP socket"));
    let routes = axum::Router::new().nest_service("/mcp", service);
    axum::serve(listener, routes).await.expect("it serves for ever");
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["http"] => runtime.block_on(serve_http(false)),
        ["http", "sessions"] => runtime.block_on(serve_http(true)),
        _ => runtime.block_on(async {
            let served = Peer.serve(rmcp::transport::stdio_pipes()).await.expect("a client");
            served.waiting().await.expect("it ends with its client");
        }),
    }
}
