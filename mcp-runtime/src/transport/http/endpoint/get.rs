//! GET: the stream of a session for messages of no request, or one that a client comes back to.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::conversation::addressed;
use crate::context::Caller;
use crate::server::Life;
use crate::transport::http::header::single;
use crate::transport::http::reply::{Accepts, Refusal, not_acceptable, stream};
use crate::transport::http::sessions::Sessions;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(super) fn get(
    life: &Life,
    sessions: &Arc<Sessions>,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Response, Refusal> {
    if !Accepts::of(headers).events {
        return Err(not_acceptable("send `Accept: text/event-stream`"));
    }
    let unnamed =
        "an MCP endpoint: POST messages here; GET needs the Mcp-Session-Id of an open session";
    let kept = addressed(sessions, headers, caller, unnamed)?;
    let reader = match last_event(headers)? {
        None => {
            Refusal::unless_serving(life)?;
            kept.streams.standalone()
        }
        Some(event) => kept.streams.resume(event).ok_or_else(|| {
            let what = "Last-Event-ID names no event of this session that is still kept";
            Refusal::new(StatusCode::BAD_REQUEST, what)
        })?,
    };
    Ok(stream::response(reader))
}

/// The last event the client has seen of the stream it comes back to.
fn last_event(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let value = single(headers, &LAST_EVENT_ID).ok();
    let text = value.and_then(|value| value.map(HeaderValue::to_str).transpose().ok());
    text.ok_or_else(|| {
        let what = "Last-Event-ID is repeated, or is no text";
        Refusal::new(StatusCode::BAD_REQUEST, what)
    })
}
