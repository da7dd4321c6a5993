//! What is said to a request: one JSON object, or events if there is more to say.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;

use super::event;
use super::media::Accepts;
use super::refusal::{empty, json};
use super::stream::ReplyStream;
use crate::server::{Class, Event, Outcome, PendingCall, Reply, RequestEra};

/// How a request may be answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    pub(super) era: RequestEra,
    pub(super) accepts: Accepts,
}

impl Form {
    /// The status of a reply (streamable-http, "Status codes"; sessions know only 200
    /// for a method that is not served).
    fn status(self, class: Class) -> StatusCode {
        match (class, self.era) {
            (Class::Answered, _) | (Class::NotServed, RequestEra::Handshake) => StatusCode::OK,
            (Class::NotServed, RequestEra::Stateless) => StatusCode::NOT_FOUND,
            (Class::Refused, _) => StatusCode::BAD_REQUEST,
        }
    }

    /// A reply that is there, whole.
    fn whole(self, notifications: &[Vec<u8>], reply: Reply) -> Response {
        let status = self.status(reply.class);
        let as_events = self.accepts.events && (!self.accepts.json || !notifications.is_empty());
        if status != StatusCode::OK || !as_events {
            return json(status, reply.frame);
        }
        let mut events = Vec::new();
        notifications.iter().for_each(|notification| event::write(&mut events, notification));
        event::write(&mut events, &reply.frame);
        event::response(Body::from(events))
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

/// The response to a message.
pub(super) async fn respond(outcome: Outcome, form: Form) -> Response {
    match outcome {
        Outcome::Accepted => empty(StatusCode::ACCEPTED),
        Outcome::Ready { notifications, reply } => form.whole(&notifications, reply),
        Outcome::Pending(call) => wait(call, form).await,
    }
}

/// Runs the call until it says something, for until then the status is open.
async fn wait(call: PendingCall, form: Form) -> Response {
    let mut call = Awaited(Some(call));
    loop {
        match call.next().await {
            None => return form.cancelled(),
            Some(Event::Reply(reply)) => return form.whole(&[], reply),
            Some(Event::Notification(first) | Event::Request(first)) if form.accepts.events => {
                if let Some(call) = call.0.take() {
                    return event::response(Body::new(ReplyStream::new(call, &first)));
                }
            }
            Some(Event::Notification(_) | Event::Request(_)) => {} // the client cannot read it
        }
    }
}

/// A call whose client waits for the response to begin. When that client hangs up, the response's
/// future is dropped, and this with it: the call is cancelled if its revision says so, and
/// otherwise runs on.
struct Awaited(Option<PendingCall>);

impl Awaited {
    async fn next(&mut self) -> Option<Event> {
        let event = self.0.as_mut()?.next().await;
        if matches!(event, None | Some(Event::Reply(_))) {
            self.0 = None; // it has ended
        }
        event
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        let Some(call) = self.0.take() else { return };
        if call.context().revision().facts().disconnect_cancels {
            return;
        }
        // Without a runtime, which is shutting down then, the call ends here.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(call.finish());
        }
    }
}
