//! DELETE: the end of a session.

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::endpoint::{UnknownSession, named_session};
use super::refusal::{Refusal, empty};
use super::sessions::Sessions;

/// Ends the session, its stream and its calls.
pub(super) fn delete(sessions: &Sessions, headers: &HeaderMap) -> Result<Response, Refusal> {
    let Some(id) = named_session(headers)? else {
        let what = "Mcp-Session-Id is missing: which session is to end?";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, what));
    };
    if sessions.end(id?) { Ok(empty(StatusCode::NO_CONTENT)) } else { Err(UnknownSession.into()) }
}
