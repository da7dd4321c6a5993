//! POST: a message in, its reply out.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::batch;
use super::{Endpoint, SESSION_ID, UnknownSession, named_session};
use crate::context::{Caller, Peer};
use crate::revision::{Era, Revision};
use crate::server::{Incoming, Reply, Session};
use crate::transport::http::reply::{Accepts, Form, Refusal, Streams, not_acceptable, respond};
use crate::transport::http::request::{HttpPeer, body, version};
use crate::transport::http::sessions::{OpenSession, SessionId, Sessions};
use crate::wire::{Frame, Message, MessageKind, Method};

pub(super) async fn post(
    endpoint: &Endpoint,
    headers: HeaderMap,
    body: Body,
    caller: Caller,
) -> Result<Response, Refusal> {
    body::require_json(&headers, &body)?;
    let accepts = accepted(endpoint, &headers)?;
    let bytes = body::read(&endpoint.service, &headers, body).await?;
    let peer = HttpPeer { streams: accepts.events, headers, caller };
    match endpoint.service.read(bytes).map_err(|unreadable| Refusal::unreadable(&unreadable))? {
        Frame::Message(message) => post_message(endpoint, message, peer, accepts).await,
        Frame::Batch(batch) => batch::post(endpoint, batch, peer, accepts).await,
    }
}

async fn post_message(
    endpoint: &Endpoint,
    message: Message,
    peer: HttpPeer,
    accepts: Accepts,
) -> Result<Response, Refusal> {
    let era = Era::peek(&message, peer.named_version());
    // Before anything is said about sessions: another server has others.
    if let MessageKind::Request { id, .. } = &message.kind
        && !endpoint.service.life().is_serving()
    {
        let form = Form { era, accepts, budget: endpoint.service.budget() };
        return Ok(form.whole(&[], Reply::stopping(id)));
    }
    let conversation = match (era, &endpoint.sessions) {
        (Era::Stateless, _) => Conversation::None,
        (Era::Handshake, None) => Conversation::Assumed(assumed(endpoint, &message, &peer)?),
        (Era::Handshake, Some(sessions)) => conversation(endpoint, sessions, &message, &peer)?,
    };
    let (session, streams) = (conversation.session().cloned(), conversation.streams().cloned());
    let incoming = Incoming { message, session, peer: Arc::new(peer), outbox: None, trace: None };
    let outcome = endpoint.service.handle(incoming);
    let opened = conversation.opened()?;
    let mut response = respond(
        outcome,
        Form { era, accepts, budget: endpoint.service.budget() },
        streams.as_ref(),
    )
    .await;
    if let Some(id) = opened.and_then(|id| id.to_header()) {
        response.headers_mut().insert(SESSION_ID, id);
    }
    Ok(response)
}

/// What the client can read, and we can write.
fn accepted(endpoint: &Endpoint, headers: &HeaderMap) -> Result<Accepts, Refusal> {
    let accepts = Accepts::of(headers);
    let streams = endpoint.sessions.is_some();
    match accepts {
        Accepts { json: true, .. } => Ok(Accepts { events: accepts.events && streams, ..accepts }),
        Accepts { events: true, .. } if streams => Ok(accepts),
        _ => Err(not_acceptable("send `Accept: application/json, text/event-stream`")),
    }
}

/// What a message belongs to.
enum Conversation<'a> {
    /// Nothing: it describes itself.
    None,
    /// A session of which only this message is known.
    Assumed(Arc<Session>),
    Of(Arc<OpenSession>),
    /// A session that this message may open, and where it is kept then.
    New(Arc<Session>, &'a Arc<Sessions>),
}

impl Conversation<'_> {
    fn session(&self) -> Option<&Arc<Session>> {
        match self {
            Self::None => None,
            Self::Of(kept) => Some(&kept.session),
            Self::Assumed(session) | Self::New(session, _) => Some(session),
        }
    }

    /// The streams to which its client can come back.
    fn streams(&self) -> Option<&Arc<Streams>> {
        match self {
            Self::Of(kept) => Some(&kept.streams),
            Self::None | Self::Assumed(_) | Self::New(..) => None,
        }
    }

    /// Keeps the session if the message has opened it: an `initialize` that is refused does not.
    fn opened(self) -> Result<Option<SessionId>, Refusal> {
        match self {
            Self::New(session, sessions) if session.handshake().is_some() => {
                sessions.register(session).map(Some)
            }
            _ => Ok(None),
        }
    }
}

fn conversation<'a>(
    endpoint: &Endpoint,
    sessions: &'a Arc<Sessions>,
    message: &Message,
    peer: &HttpPeer,
) -> Result<Conversation<'a>, Refusal> {
    let refuse = |status, what: &str| Refusal::of_message(status, &message.kind, what);
    let Some(id) = named_session(&peer.headers)? else {
        return match is_initialize(message) {
            true => Ok(Conversation::New(new_session(endpoint, peer), sessions)),
            false => Err(refuse(
                StatusCode::BAD_REQUEST,
                "Mcp-Session-Id is missing: send `initialize` first, or a request with a `_meta` of its own",
            )),
        };
    };
    let kept = id.ok().and_then(|id| sessions.find(id, &peer.caller));
    let kept = kept.ok_or_else(|| refuse(StatusCode::NOT_FOUND, UnknownSession::WHAT))?;
    if version::is_checked(&kept.session) && !is_initialize(message) {
        named_revision(message, peer)?;
    }
    Ok(Conversation::Of(kept))
}

/// Where no session is kept, each request is taken for one of a session that was opened before.
fn assumed(
    endpoint: &Endpoint,
    message: &Message,
    peer: &HttpPeer,
) -> Result<Arc<Session>, Refusal> {
    if is_initialize(message) {
        return Ok(new_session(endpoint, peer));
    }
    let named = named_revision(message, peer)?;
    let caller = peer.caller.clone();
    Ok(Arc::new(version::assumed_session(named, &endpoint.service, caller)))
}

fn new_session(endpoint: &Endpoint, peer: &HttpPeer) -> Arc<Session> {
    Arc::new(Session::new(&endpoint.service.room, peer.caller.clone()))
}

fn named_revision(message: &Message, peer: &HttpPeer) -> Result<Option<Revision>, Refusal> {
    version::named(&peer.headers)
        .map_err(|what| Refusal::of_message(StatusCode::BAD_REQUEST, &message.kind, what))
}

fn is_initialize(message: &Message) -> bool {
    matches!(&message.kind, MessageKind::Request { method: Method::Initialize, .. })
}
