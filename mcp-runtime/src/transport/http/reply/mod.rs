//! What is said to a request.
//!
//! ```text
//! accepts    what can its sender read?
//! here       a call runs until it has its reply, or something else to say;
//! object     the reply alone is one JSON object,
//! stream     and all else a stream of events, which event frames
//! resumable  the streams of a session, to which a client can come back: event_store keeps what was sent
//! ```
//!
//! `refusal` is what HTTP itself says, instead of all this. `holding` is a body that keeps something
//! until it is sent.

mod accepts;
pub(in crate::transport) mod event;
mod event_store;
mod holding;
mod object;
mod refusal;
mod resumable;
pub(in crate::transport) mod stream;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::header::RETRY_AFTER;

pub(in crate::transport) use accepts::{Accepts, not_acceptable};
#[cfg(test)]
pub(super) use event_store::MemoryEvents;
pub(super) use event_store::in_memory;
pub use event_store::{EventStore, StoredEvent};
pub(super) use holding::Holding;
use object::Pieces;
pub(in crate::transport) use object::empty;
pub(super) use object::json;
use refusal::RETRY_STOPPED;
pub(in crate::transport) use refusal::Refusal;
#[cfg(test)]
pub(super) use resumable::Reader;
pub(super) use resumable::Streams;

use crate::context::{Budget, Context};
use crate::handler::task;
use crate::revision::Era;
use crate::server::{Class, Outcome, PendingCall, Reply};

/// How a request may be answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    pub(super) era: Era,
    pub(super) accepts: Accepts,
    /// Of what waits to be read by the client.
    pub(super) budget: &'a Arc<Budget>,
}

impl Form<'_> {
    /// The status of a reply (streamable-http, "Status codes"; sessions know only 200
    /// for a method that is not served).
    fn status(self, class: Class) -> StatusCode {
        match (class, self.era) {
            (Class::Answered, _) | (Class::NotServed, Era::Handshake) => StatusCode::OK,
            (Class::NotServed, Era::Stateless) => StatusCode::NOT_FOUND,
            (Class::Refused, _) => StatusCode::BAD_REQUEST,
            (Class::Forbidden(_), _) => StatusCode::FORBIDDEN,
            (Class::Stopping, _) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// A reply that is there, whole.
    pub(super) fn whole(self, notifications: &[Vec<u8>], reply: Reply) -> Response {
        let status = self.status(reply.class);
        let Accepts { json: can_json, events, rather_events } = self.accepts;
        let as_events = events && (!can_json || rather_events || !notifications.is_empty());
        if status != StatusCode::OK || !as_events {
            let class = reply.class;
            let mut response = json(status, self.body(reply));
            if let Class::Forbidden(scopes) = class {
                response.extensions_mut().insert(Needed(scopes));
            }
            if class == Class::Stopping {
                response.headers_mut().insert(RETRY_AFTER, RETRY_STOPPED.into());
            }
            return response;
        }
        let mut events = Vec::new();
        notifications.iter().for_each(|notification| event::write(&mut events, notification));
        event::write(&mut events, &reply.into_frame());
        event::response(Body::from(self.budget.hold(events)))
    }

    fn body(self, reply: Reply) -> Body {
        match reply.into_pieces() {
            (own, None) => self.budget.hold(own).into(),
            (own, Some(shared)) => Body::new(Pieces::of([own.into(), self.budget.hold(shared)])),
        }
    }

    /// The answer to a request that its own client cancelled: none. A body without events says so
    /// to a client that reads them; for another there is a status that promises no body.
    fn cancelled(self) -> Response {
        if self.accepts.events {
            event::response(Body::empty())
        } else {
            empty(StatusCode::ACCEPTED)
        }
    }
}

/// What a caller would have needed: goes with a response to the door, which knows how to say it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "auth"), expect(dead_code, reason = "nobody asks for tokens"))]
pub(super) struct Needed(pub(super) &'static [&'static str]);

/// The response to a message; `streams` are those of its session.
pub(super) async fn respond(
    outcome: Outcome,
    form: Form<'_>,
    streams: Option<&Arc<Streams>>,
) -> Response {
    match outcome {
        Outcome::Accepted => empty(StatusCode::ACCEPTED),
        Outcome::Ready { notifications, reply } => form.whole(&notifications, reply),
        Outcome::Pending(call) => wait(call, form, streams).await,
    }
}

/// Runs the call until it says something, for until then the status is open.
async fn wait(call: PendingCall, form: Form<'_>, streams: Option<&Arc<Streams>>) -> Response {
    let context = call.context().clone();
    let voice = context.voice();
    if !form.accepts.events {
        voice.outbox().abandon(); // the client cannot read what is said
    }
    let mut awaited = Awaited(Some(call));
    let first = poll_fn(|cx| {
        let Some(call) = &mut awaited.0 else { return Poll::Pending };
        if let Poll::Ready(reply) = Pin::new(call).poll(cx) {
            awaited.0 = None; // it has ended
            return Poll::Ready(First::Reply(reply));
        }
        match form.accepts.events {
            true => voice.outbox().poll_waiting(cx).map(|()| First::Said),
            false => Poll::Pending,
        }
    });
    match first.await {
        First::Reply(Some(reply)) => form.whole(&voice.take_said(), reply),
        First::Reply(None) => form.cancelled(),
        First::Said => match awaited.0.take() {
            Some(call) => stream::of_call(call, streams),
            None => form.cancelled(),
        },
    }
}

/// What comes of a call first.
enum First {
    Said,
    Reply(Option<Reply>),
}

/// A call whose client waits for the response to begin. When that client hangs up, the response's
/// future is dropped, and this with it: the call is cancelled if its revision says so, and
/// otherwise runs on, unheard.
struct Awaited(Option<PendingCall>);

impl Drop for Awaited {
    fn drop(&mut self) {
        let Some(call) = self.0.take() else { return };
        if hung_up(call.context()) {
            return;
        }
        // Without a runtime, which is shutting down then, the call ends here.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(task(async move { drop(call.await) }));
        }
    }
}

/// Nobody reads any more what a call says; whether that cancels it.
fn hung_up(call: &Context) -> bool {
    call.voice().outbox().abandon();
    call.revision().facts().disconnect_cancels
}

#[cfg(test)]
mod tests {
    use std::task;

    use super::*;
    use crate::context::{Caller, NoHeaders};
    use crate::revision::Revision;
    use crate::server::{Incoming, Server, Session};
    use crate::wire::Message;
    use crate::wire::log::LogLevel;

    /// Says much, and ends only when it is told to.
    #[crate::tool]
    async fn drone(ctx: &Context) {
        loop {
            ctx.log(LogLevel::Error, "still here");
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_a_client_cannot_read_is_not_kept() {
        let service = Server::new("test", "1").with(crate::tools![drone]).build(&()).await.unwrap();
        let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drone"}}"#;
        let outcome = service.handle(Incoming {
            message: Message::parse(call.into()).unwrap(),
            session: Some(Arc::new(Session::assumed(
                Revision::NEWEST_HANDSHAKE,
                &service.room,
                Caller::Anyone,
            ))),
            peer: Arc::new(NoHeaders(Caller::Anyone)),
            outbox: None,
        });
        let Outcome::Pending(call) = &outcome else { panic!("it goes on") };
        let context = call.context().clone();
        let accepts = Accepts { json: true, events: false, rather_events: false };
        let form = Form { era: Era::Handshake, accepts, budget: service.budget() };
        let mut response = Box::pin(respond(outcome, form, None));
        let mut cx = task::Context::from_waker(task::Waker::noop());
        (0..10).for_each(|_| assert!(response.as_mut().poll(&mut cx).is_pending()));
        assert_eq!(context.voice().outbox().pop(), None);
    }
}
