use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{OriginalUri, Request};
use axum::response::Response;
use axum::routing::any;
use http::request::Parts;
use http::{Method, StatusCode};

use super::connected::Connected;
use super::peer::SsePeer;
use crate::context::{Caller, Peer};
use crate::revision::{Era, Revision};
use crate::server::{Incoming, Service, Session, asks};
use crate::transport::http::door::{Door, Methods, peer_address};
use crate::transport::http::reply::stream::{self, Unnumbered};
use crate::transport::http::reply::{Accepts, Refusal, empty, event, not_acceptable};
use crate::transport::http::request::body;
use crate::transport::http::sessions::SessionId;
use crate::wire::meta::RequestMeta;
use crate::wire::{ErrorObject, Frame, Message, MessageKind, Unreadable};

/// The two paths of the transport.
#[derive(Debug)]
pub(in crate::transport) struct Endpoint {
    service: Arc<Service>,
    door: Arc<Door>,
    /// What stands before our paths where clients see them, if the server was told.
    prefix: Option<String>,
    connected: Connected,
}

impl Endpoint {
    pub(in crate::transport) fn new(
        service: Arc<Service>,
        door: Arc<Door>,
        prefix: Option<String>,
    ) -> Arc<Self> {
        let connected = Connected::new(&service);
        Arc::new(Self { service, door, prefix, connected })
    }

    pub(in crate::transport) fn router(self: Arc<Self>) -> Router {
        let (streams, messages) = (self.clone(), self);
        let streams = any(move |request| streams.clone().serve_stream(request));
        let messages = any(move |request| messages.clone().serve_message(request));
        Router::new().route("/sse", streams).route("/messages", messages)
    }

    async fn serve_stream(self: Arc<Self>, request: Request) -> Response {
        let (methods, peer) = (Methods(&[Method::GET]), peer_address(&request));
        let serve = async |parts: Parts, _, caller| self.connect(&parts, caller);
        self.door.authenticated(methods, peer, request, serve).await
    }

    async fn serve_message(self: Arc<Self>, request: Request) -> Response {
        let (methods, peer) = (Methods(&[Method::POST]), peer_address(&request));
        let serve = async |parts, body, caller| self.take(parts, body, caller).await;
        self.door.authenticated(methods, peer, request, serve).await
    }

    /// Ends each stream once what it owes is sent.
    pub(in crate::transport) fn close_streams(&self) {
        self.connected.close();
    }

    fn connect(self: &Arc<Self>, request: &Parts, caller: Caller) -> Result<Response, Refusal> {
        if !Accepts::of(&request.headers).events {
            return Err(not_acceptable("send `Accept: text/event-stream`"));
        }
        let session = Arc::new(Session::new(&self.service.room, caller));
        let id = self.connected.register(session.clone())?;
        // The first event: where to post to.
        let mut opening = Vec::new();
        let address = format!("{}/messages?session={id}", self.prefix(request));
        event::write_named(&mut opening, "endpoint", address.as_bytes());
        let outbox = session.outbox().clone();
        let reader = Reader { endpoint: self.clone(), id, session };
        Ok(stream::response(Unnumbered::new(outbox, opening, reader)))
    }

    /// What stands before our paths: said, or seen where an application has put us below a path of
    /// its own. A reference relative to `/sse` would need neither, but not every client resolves it
    /// against the address of the stream.
    fn prefix<'a>(&'a self, request: &'a Parts) -> &'a str {
        let seen = || request.extensions.get::<OriginalUri>()?.path().strip_suffix("/sse");
        self.prefix.as_deref().or_else(seen).unwrap_or_default()
    }

    /// A message of a connected client. Its reply goes to the stream; the response to the POST
    /// says only that it came in.
    async fn take(&self, request: Parts, body: Body, caller: Caller) -> Result<Response, Refusal> {
        body::require_json(&request.headers, &body)?;
        let session = self.named_session(&request, &caller).ok_or_else(|| {
            let what = "no such session, or its stream is closed: GET /sse opens another";
            Refusal::new(StatusCode::NOT_FOUND, what)
        })?;
        let bytes = body::read(&self.service, &request.headers, body).await?;
        let members = match self.service.read(bytes) {
            Ok(Frame::Message(message)) => vec![Ok(message)],
            Ok(Frame::Batch(batch)) => session.unpack(batch),
            Err(unreadable) => return Err(Refusal::unreadable(unreadable)),
        };
        let peer: Arc<dyn Peer> = Arc::new(SsePeer { headers: request.headers, caller });
        // Once, so that nobody is told to try again with a batch of which some runs already.
        if members.iter().any(asks) {
            Refusal::unless_serving(self.service.life())?;
            if session.outbox().is_full() {
                return Err(unread());
            }
        }
        for member in members {
            self.hand_in(&session, member, &peer)?;
        }
        Ok(empty(StatusCode::ACCEPTED))
    }

    /// Hands a message in; what comes of it goes to the stream.
    fn hand_in(
        &self,
        session: &Arc<Session>,
        member: Result<Message, Unreadable>,
        peer: &Arc<dyn Peer>,
    ) -> Result<(), Refusal> {
        let outbox = session.outbox();
        let incoming = |message| Incoming::of_session(message, session, peer.clone(), outbox);
        let message = match member {
            // Answers, and what is cancelled, are taken to the last.
            Ok(message) if !message.is_request() => {
                let _accepted = self.service.handle(incoming(message));
                return Ok(());
            }
            other => other,
        };
        let owed = outbox.owe().ok_or_else(unread)?;
        self.service.hand_in(message.and_then(of_session), incoming, owed);
        Ok(())
    }

    fn named_session(&self, request: &Parts, caller: &Caller) -> Option<Arc<Session>> {
        let mut pairs = request.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        let (_, id) = pairs.find(|(name, _)| *name == "session")?;
        self.connected.find(SessionId::parse(id.as_bytes())?, caller)
    }
}

/// A connected client. When it hangs up its session ends.
#[derive(Debug)]
struct Reader {
    endpoint: Arc<Endpoint>,
    id: SessionId,
    session: Arc<Session>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.endpoint.connected.remove(self.id);
        self.session.end();
        self.session.outbox().abandon();
    }
}

/// The request, unless it is of the stateless era, which this transport does not have.
fn of_session(message: Message) -> Result<Message, Unreadable> {
    match &message.kind {
        MessageKind::Request { id, .. } if Era::of(&message, None) == Era::Stateless => {
            Err(Unreadable { id: Some(id.clone()), error: stateless(&message) })
        }
        _ => Ok(message),
    }
}

fn stateless(message: &Message) -> ErrorObject {
    let meta = match RequestMeta::of(message) {
        Ok(meta) => meta,
        Err(error) => return error,
    };
    let served: Vec<_> = Service::revisions()
        .into_iter()
        .filter(|revision| revision.facts().era == Era::Handshake)
        .collect();
    let asked = meta.protocol_version.as_deref().unwrap_or(Revision::NEWEST_STATELESS.as_str());
    ErrorObject::unsupported_version(asked, &served)
}

fn unread() -> Refusal {
    let what = "too many replies wait to be read from the stream, or it is closing";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, what).retry_after(1)
}
