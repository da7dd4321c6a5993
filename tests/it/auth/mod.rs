//! Who calls, and what they may do.

mod flags;
mod issuer;
mod oauth;
mod scopes;
mod tokens;

use mcp_runtime::{Auth, HttpOptions, Principal, Server, tool, tools};
use mcp_runtime::{Context, resource};

use crate::http::V26;
use crate::raw::{Connection, Response};
use crate::served::{Served, serve};

/// Who calls.
#[tool]
fn whoami(ctx: &Context) -> Option<String> {
    ctx.principal().map(|principal| principal.subject().to_owned())
}

/// What a function sees of its caller's token.
#[tool]
fn token(ctx: &Context) -> Option<String> {
    ctx.header("Authorization").map(str::to_owned)
}

/// Writes.
#[tool(scopes("files:read", "files:write"))]
async fn write() -> &'static str {
    tokio::task::yield_now().await; // so that it is not ready at once
    "written"
}

/// Reads.
#[resource("memo://secret", scopes("files:read"))]
fn secret(ctx: &Context) -> String {
    ctx.principal().map_or("nobody", Principal::subject).to_owned()
}

fn files() -> Server {
    Server::new("files", "1.0.0")
        .with(tools![whoami, token, write, secret])
        .scope_implies("admin", ["files:write", "files:read"])
}

fn guarded(auth: Auth) -> Served {
    serve(files, HttpOptions::default().auth(auth))
}

/// A request that describes itself, with what stands in `Authorization`.
async fn ask(served: &Served, authorization: Option<&str>, tool: &str) -> Response {
    let mut headers =
        vec![("MCP-Protocol-Version", V26), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool)];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    let call = crate::http::call(tool, serde_json::json!({}));
    let body = crate::http::stateless(1, "tools/call", call);
    Connection::open(served.address).await.post(&headers, &body).await
}

/// The challenge of a refusal.
fn challenge(response: &Response) -> &str {
    response.header("www-authenticate").unwrap_or_else(|| panic!("no challenge: {response:?}"))
}
