use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::header::RETRY_AFTER;
use http::request::Parts;
use http::{Method, StatusCode};

use super::mailbox::Mailbox;
use super::peer::SsePeer;
use super::stream::Stream;
use crate::revision::{Era, Revision};
use crate::server::{Class, Event, Incoming, Outcome, Reply, RequestEra, Service, Session};
use crate::transport::http::endpoint::guarded;
use crate::transport::http::guard::Guard;
use crate::transport::http::media::{Accepts, method_not_allowed, not_acceptable, require_json};
use crate::transport::http::refusal::{Refusal, empty};
use crate::transport::http::session_id::SessionId;
use crate::transport::http::{body, event};
use crate::wire::meta::RequestMeta;
use crate::wire::{ErrorObject, Member, Message, MessageKind};

/// Connections that are open at once.
const LIMIT: usize = 10_000;

/// The two paths of the transport, and who is connected.
#[derive(Debug)]
pub(in crate::transport) struct Endpoint {
    service: Arc<Service>,
    guard: Arc<Guard>,
    connections: Mutex<HashMap<SessionId, Arc<Connection>>>,
}

/// A client: its session, and what it has still to read.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: Arc<Session>,
    pub(super) mailbox: Mailbox,
}

impl Endpoint {
    pub(in crate::transport) fn new(service: Arc<Service>, guard: Arc<Guard>) -> Arc<Self> {
        Arc::new(Self { service, guard, connections: Mutex::default() })
    }

    pub(in crate::transport) fn router(self: Arc<Self>) -> Router {
        let (streams, messages) = (self.clone(), self);
        let connect = move |request: Request| {
            let endpoint = streams.clone();
            async move {
                guarded(&endpoint.guard, "GET, OPTIONS", request, async |parts, _| {
                    endpoint.connect(&parts)
                })
                .await
            }
        };
        let take = move |request: Request| {
            let endpoint = messages.clone();
            async move {
                guarded(&endpoint.guard, "POST, OPTIONS", request, async |parts, body| {
                    endpoint.take(parts, body).await
                })
                .await
            }
        };
        Router::new().route("/sse", any(connect)).route("/messages", any(take))
    }

    /// Ends each stream once what it owes is sent.
    pub(in crate::transport) fn close_streams(&self) {
        self.connections().values().for_each(|connection| connection.mailbox.close());
    }

    pub(super) fn disconnected(&self, id: SessionId) {
        self.connections().remove(&id);
    }

    fn connect(self: &Arc<Self>, request: &Parts) -> Result<Response, Refusal> {
        if request.method != Method::GET {
            return Err(method_not_allowed("GET, OPTIONS"));
        }
        if !Accepts::of(&request.headers).events {
            return Err(not_acceptable("send `Accept: text/event-stream`"));
        }
        let connection =
            Arc::new(Connection { session: Arc::new(Session::new()), mailbox: Mailbox::default() });
        let id = self.register(connection.clone()).ok_or_else(too_many)?;
        Ok(event::response(Body::new(Stream::new(self.clone(), id, connection))))
    }

    fn register(&self, connection: Arc<Connection>) -> Option<SessionId> {
        let mut connections = self.connections();
        if connections.len() >= LIMIT {
            return None;
        }
        let id = SessionId::random()?;
        connections.insert(id, connection);
        Some(id)
    }

    /// A message of a connected client. Its reply goes to the stream; the response to the POST
    /// says only that it came in.
    async fn take(&self, request: Parts, body: Body) -> Result<Response, Refusal> {
        if request.method != Method::POST {
            return Err(method_not_allowed("POST, OPTIONS"));
        }
        require_json(&request.headers)?;
        let connection = self.named_connection(&request).ok_or_else(|| {
            let what = "no such session, or its stream is closed: GET /sse opens another";
            Refusal::new(StatusCode::NOT_FOUND, what)
        })?;
        let bytes = body::read(&request.headers, body).await?;
        let message =
            Message::parse(bytes).map_err(|unreadable| Refusal::unreadable(&unreadable))?;
        let asks = matches!(message.kind, MessageKind::Request { .. });
        if asks && !connection.mailbox.owe() {
            let what = "too many replies wait to be read from the stream";
            let status = StatusCode::SERVICE_UNAVAILABLE;
            return Err(Refusal::of_message(status, &message.kind, what).with(RETRY_AFTER, "1"));
        }
        connection.run(&self.service, message, SsePeer { headers: request.headers });
        Ok(empty(StatusCode::ACCEPTED))
    }

    fn named_connection(&self, request: &Parts) -> Option<Arc<Connection>> {
        let mut pairs = request.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        let (_, id) = pairs.find(|(name, _)| *name == "session")?;
        self.connections().get(&SessionId::parse(id.as_bytes())?).cloned()
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<Connection>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn run(self: Arc<Self>, service: &Arc<Service>, message: Message, peer: SsePeer) {
        if let Some(refusal) = stateless(&message) {
            return self.mailbox.reply(refusal.frame);
        }
        let session = Some(self.session.clone());
        match service.handle(Incoming { message, session, peer: Arc::new(peer) }) {
            Outcome::Accepted => {}
            Outcome::Ready { notifications, reply } => {
                notifications
                    .into_iter()
                    .for_each(|notification| self.mailbox.notify(notification));
                self.mailbox.reply(reply.frame);
            }
            Outcome::Pending(mut call) => {
                // The session cancels it when the stream ends.
                tokio::spawn(async move {
                    loop {
                        match call.next().await {
                            Some(Event::Notification(frame)) => self.mailbox.notify(frame),
                            Some(Event::Request(frame)) => self.mailbox.ask(frame),
                            Some(Event::Reply(reply)) => return self.mailbox.reply(reply.frame),
                            None => return self.mailbox.waive(),
                        }
                    }
                });
            }
        }
    }
}

/// The refusal of a request of the stateless era, which this transport does not have.
fn stateless(message: &Message) -> Option<Reply> {
    let MessageKind::Request { id, .. } = &message.kind else { return None };
    if RequestEra::peek(message, None) == RequestEra::Handshake {
        return None;
    }
    let meta = match RequestMeta::parse(message.raw(Member::Meta)) {
        Ok(meta) => meta,
        Err(error) => return Some(Reply::error(Class::Refused, Some(id), &error)),
    };
    let served: Vec<_> = Service::revisions()
        .into_iter()
        .filter(|revision| revision.facts().era == Era::Handshake)
        .collect();
    let asked = meta.protocol_version.as_deref().unwrap_or(Revision::NEWEST_STATELESS.as_str());
    Some(Reply::error(Class::Refused, Some(id), &ErrorObject::unsupported_version(asked, &served)))
}

fn too_many() -> Refusal {
    let what = "too many streams are open; try again later";
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, what).with(RETRY_AFTER, "60")
}
