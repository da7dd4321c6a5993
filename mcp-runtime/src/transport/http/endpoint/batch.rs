//! POST of a batch: several messages in, their replies out, as an array or as a stream
//! (transports, streamable-http, "Sending messages to the server").

use std::future::poll_fn;
use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;

use super::Endpoint;
use super::conversation::Conversation;
use crate::context::{Outbox, Peer};
use crate::server::{Incoming, Session, asks, describes_itself};
use crate::transport::http::reply::{Accepts, Refusal, empty, json, stream};
use crate::transport::http::request::HttpPeer;
use crate::wire::{Batch, Message, Unreadable};

pub(super) async fn post(
    endpoint: &Endpoint,
    batch: Batch,
    peer: HttpPeer,
    accepts: Accepts,
) -> Result<Response, Refusal> {
    let refused = || Refusal::unreadable(Batch::refusal());
    if describes_itself(&batch, peer.named_version()) {
        return Err(refused());
    }
    let unnamed = "batches are served in sessions: Mcp-Session-Id is missing";
    let Conversation { session, streams, .. } = Conversation::named(endpoint, &peer, unnamed)?;
    if !session.takes(&batch) {
        return Err(refused());
    }
    let members = session.unpack(batch);
    if members.is_empty() {
        return Err(Refusal::unreadable(Batch::empty()));
    }
    let replies = Arc::new(Outbox::new(&endpoint.service.room));
    let any = members.iter().any(asks);
    hand_in(endpoint, &session, members, peer, accepts, &replies);
    if !any {
        return Ok(empty(StatusCode::ACCEPTED));
    }
    if let Some(streams) = streams
        && accepts.events
    {
        return Ok(stream::response(streams.reply(replies)));
    }
    Ok(match array(&replies).await {
        Some(array) => json(StatusCode::OK, replies.hold(array)),
        None => empty(StatusCode::ACCEPTED),
    })
}

/// Handles each message. What calls say besides goes with their replies if the client reads
/// streams, and is lost otherwise.
fn hand_in(
    endpoint: &Endpoint,
    session: &Arc<Session>,
    members: Vec<Result<Message, Unreadable>>,
    peer: HttpPeer,
    accepts: Accepts,
    replies: &Arc<Outbox>,
) {
    let peer: Arc<dyn Peer> = Arc::new(peer);
    let outbox = match accepts.events {
        true => replies.clone(),
        false => unheard(endpoint),
    };
    for member in members {
        let Some(owed) = replies.owe() else { break };
        let incoming = |message| Incoming::of_session(message, session, peer.clone(), &outbox);
        endpoint.service.hand_in(member, incoming, owed);
    }
    replies.close();
}

/// Where calls say what nobody can read.
fn unheard(endpoint: &Endpoint) -> Arc<Outbox> {
    let outbox = Arc::new(Outbox::new(&endpoint.service.room));
    outbox.abandon();
    outbox
}

/// None if every call was cancelled: an empty array is no message (JSON-RPC 2.0, "Batch").
async fn array(replies: &Outbox) -> Option<Vec<u8>> {
    let mut array = vec![b'['];
    while let Some(reply) = poll_fn(|cx| replies.poll_next(cx)).await {
        if array.len() > 1 {
            array.push(b',');
        }
        array.extend_from_slice(&reply);
    }
    array.push(b']');
    (array.len() > 2).then_some(array)
}
