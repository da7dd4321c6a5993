//! GET: the stream of a session.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::HeaderMap;

use super::endpoint::{UnknownSession, addressed};
use super::event;
use super::media::{Accepts, not_acceptable};
use super::refusal::Refusal;
use super::sessions::Sessions;
use super::stream::SessionStream;

pub(super) fn get(sessions: &Arc<Sessions>, headers: &HeaderMap) -> Result<Response, Refusal> {
    if !Accepts::of(headers).events {
        return Err(not_acceptable("send `Accept: text/event-stream`"));
    }
    let unnamed =
        "an MCP endpoint: POST messages here; GET needs the Mcp-Session-Id of an open session";
    let id = addressed(sessions, headers, unnamed)?;
    let (outbox, ended) = sessions.open_stream(id).ok_or(UnknownSession)?;
    Ok(event::response(Body::new(SessionStream::new(outbox, ended))))
}
