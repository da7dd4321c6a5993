//! GET: the stream of a session.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::endpoint::{UnknownSession, named_session};
use super::event;
use super::media::{Accepts, not_acceptable};
use super::refusal::Refusal;
use super::sessions::Sessions;
use super::stream::SessionStream;

pub(super) fn get(sessions: &Arc<Sessions>, headers: &HeaderMap) -> Result<Response, Refusal> {
    if !Accepts::of(headers).events {
        return Err(not_acceptable("send `Accept: text/event-stream`"));
    }
    let Some(id) = named_session(headers)? else {
        let what =
            "an MCP endpoint: POST messages here; GET needs the Mcp-Session-Id of an open session";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, what));
    };
    let ended = sessions.open_stream(id?).ok_or(UnknownSession)?;
    Ok(event::response(Body::new(SessionStream::new(ended))))
}
