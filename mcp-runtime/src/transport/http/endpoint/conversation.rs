//! Which session a request belongs to: the one way to it, for every method.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, StatusCode};

use super::Endpoint;
use crate::context::Caller;
use crate::revision::{Era, Revision};
use crate::server::Session;
use crate::transport::http::header::single;
use crate::transport::http::reply::{Refusal, Streams};
use crate::transport::http::request::{HttpPeer, named_once, named_revision};
use crate::transport::http::sessions::{OpenSession, SessionId, Sessions};

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The session of what is posted.
pub(super) struct Conversation<'a> {
    pub(super) session: Arc<Session>,
    /// Its streams, to which its client can come back; none where no session is kept.
    pub(super) streams: Option<Arc<Streams>>,
    /// Where it is kept once it is open.
    sessions: Option<&'a Arc<Sessions>>,
}

impl<'a> Conversation<'a> {
    /// That of an `initialize`: a new one, unless it names one that is open already.
    pub(super) fn to_open(endpoint: &'a Endpoint, peer: &HttpPeer) -> Result<Self, Refusal> {
        let sessions = endpoint.sessions.as_ref();
        if let Some(sessions) = sessions
            && let Some(open) = find(sessions, &peer.headers, &peer.caller)?
        {
            return Ok(Self::open(&open));
        }
        let session = Session::new(&endpoint.service.room, peer.caller.clone());
        Ok(Self { session: Arc::new(session), streams: None, sessions })
    }

    /// That of anything else: the one it names. Where no session is kept, one of the revision it
    /// names, as if it had been opened before.
    pub(super) fn named(
        endpoint: &'a Endpoint,
        peer: &HttpPeer,
        unnamed: &'static str,
    ) -> Result<Self, Refusal> {
        if let Some(sessions) = &endpoint.sessions {
            return addressed(sessions, &peer.headers, &peer.caller, unnamed)
                .map(|open| Self::open(&open));
        }
        let named = named_revision(&peer.headers)?;
        let handshake = named.filter(|revision| revision.facts().era == Era::Handshake);
        let revision = handshake.unwrap_or(Revision::UNNAMED);
        let session = Session::assumed(revision, &endpoint.service.room, peer.caller.clone());
        Ok(Self { session: Arc::new(session), streams: None, sessions: None })
    }

    fn open(open: &OpenSession) -> Self {
        let (session, streams) = (open.session.clone(), open.streams.clone());
        Self { session, streams: Some(streams), sessions: None }
    }

    /// Keeps the session if it was opened just now: an `initialize` that is refused opens none.
    pub(super) fn keep(&self) -> Result<Option<SessionId>, Refusal> {
        match self.sessions {
            Some(sessions) if self.session.handshake().is_some() => {
                sessions.register(self.session.clone()).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// The open session that a request names; `unnamed` is what it is told if it names none.
pub(super) fn addressed(
    sessions: &Sessions,
    headers: &HeaderMap,
    caller: &Caller,
    unnamed: &'static str,
) -> Result<Arc<OpenSession>, Refusal> {
    let open = find(sessions, headers, caller)?
        .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, unnamed))?;
    // The older revisions do not have the header, and must not be asked for it.
    if open.session.handshake().is_some_and(|agreed| agreed.revision.facts().version_header_checked)
    {
        named_revision(headers)?;
    } else {
        named_once(headers)?;
    }
    Ok(open)
}

fn find(
    sessions: &Sessions,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Option<Arc<OpenSession>>, Refusal> {
    let id = single(headers, &SESSION_ID)
        .map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, "Mcp-Session-Id is repeated"))?;
    let Some(id) = id else { return Ok(None) };
    let open = SessionId::parse(id.as_bytes()).and_then(|id| sessions.find(id, caller));
    open.ok_or_else(unknown).map(Some)
}

/// A session that was never opened, is over, or is another caller's: nobody learns which.
pub(super) fn unknown() -> Refusal {
    let what =
        "no such session, or it is over: send `initialize` without Mcp-Session-Id to open another";
    Refusal::new(StatusCode::NOT_FOUND, what)
}
