//! DELETE: the end of a session.

use std::sync::Arc;

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::conversation::{addressed, unknown};
use crate::context::Caller;
use crate::transport::http::reply::{Refusal, empty};
use crate::transport::http::sessions::Sessions;

/// Ends the session, its stream and its calls.
pub(super) fn delete(
    sessions: &Arc<Sessions>,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Response, Refusal> {
    let kept = addressed(
        sessions,
        headers,
        caller,
        "Mcp-Session-Id is missing: which session is to end?",
    )?;
    // Both 200 and 204 mean it; the older Python clients know only 200.
    if sessions.end(kept.id) { Ok(empty(StatusCode::OK)) } else { Err(unknown()) }
}
