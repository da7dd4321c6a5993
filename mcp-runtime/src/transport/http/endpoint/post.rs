//! POST: a message in, its reply out.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::HeaderMap;

use super::Endpoint;
use super::batch;
use super::conversation::{Conversation, SESSION_ID};
use crate::context::{Caller, Peer};
use crate::revision::Era;
use crate::server::Incoming;
use crate::transport::http::reply::{Accepts, Form, Refusal, not_acceptable, respond};
use crate::transport::http::request::{HttpPeer, body};
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
    match endpoint.service.read(bytes).map_err(Refusal::unreadable)? {
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
    let era = Era::of(&message, peer.named_version());
    if message.is_request() {
        // Before anything is said about sessions: another server has others.
        Refusal::unless_serving(endpoint.service.life())
            .map_err(|refusal| refusal.of_message(&message.kind))?;
    }
    let conversation = conversation(endpoint, era, &message, &peer)?;
    let session = conversation.as_ref().map(|conversation| conversation.session.clone());
    let incoming = Incoming { message, session, peer: Arc::new(peer), outbox: None };
    let outcome = endpoint.service.handle(incoming);
    let opened = match &conversation {
        Some(conversation) => conversation.keep()?,
        None => None,
    };
    let streams = conversation.as_ref().and_then(|conversation| conversation.streams.as_ref());
    let form = Form { era, accepts, budget: endpoint.service.budget() };
    let mut response = respond(outcome, form, streams).await;
    if let Some(id) = opened.and_then(|id| id.to_header()) {
        response.headers_mut().insert(SESSION_ID, id);
    }
    Ok(response)
}

/// Where the message belongs; nowhere if it describes itself.
fn conversation<'a>(
    endpoint: &'a Endpoint,
    era: Era,
    message: &Message,
    peer: &HttpPeer,
) -> Result<Option<Conversation<'a>>, Refusal> {
    let found = match (era, &message.kind) {
        (Era::Stateless, _) => return Ok(None),
        (Era::Handshake, MessageKind::Request { method: Method::Initialize, .. }) => {
            Conversation::to_open(endpoint, peer)
        }
        (Era::Handshake, _) => Conversation::named(
            endpoint,
            peer,
            "Mcp-Session-Id is missing: send `initialize` first, or a request with a `_meta` of its own",
        ),
    };
    found.map(Some).map_err(|refusal| refusal.of_message(&message.kind))
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
