//! The bodies of responses that go on: what comes through an outbox, as events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use axum::body::Body as ResponseBody;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body, Frame};

use super::event::{self, KeepAlive};
use super::hung_up;
use super::resumable::Streams;
use crate::context::{Context, Outbox};
use crate::server::PendingCall;

/// Where events come from. Dropped when the client hangs up.
pub(in crate::transport) trait Events: Send + Unpin + 'static {
    /// Adds what is to be sent, about a [`PIECE`]; ready when nothing will follow. Whoever got
    /// something asks again.
    fn poll_events(&mut self, cx: &mut task::Context<'_>, events: &mut Vec<u8>) -> Poll<()>;

    /// What they come through.
    fn outbox(&self) -> &Outbox;
}

/// How many bytes are handed on at once, of messages that may come faster than they are sent: the
/// rest stays where it is bounded.
pub(super) const PIECE: usize = 64 * 1024;

/// The response that carries them.
pub(in crate::transport) fn response(events: impl Events) -> Response {
    let body = EventStream { events, keep_alive: KeepAlive::new(), ended: false };
    event::response(ResponseBody::new(body))
}

/// What a call says, its reply last.
///
/// The call runs in a task of its own: a client that reads slowly holds up its stream and never
/// the function. In a session its client can come back for it; otherwise a client that hangs up
/// cancels the call if its revision says so, or lets it go on, unheard.
pub(super) fn of_call(call: PendingCall, streams: Option<&Arc<Streams>>) -> Response {
    let context = call.context().clone();
    let outbox = context.voice().outbox().clone();
    if let Some(owed) = outbox.owe() {
        call.deliver(owed);
    }
    outbox.close();
    match streams {
        Some(streams) => response(streams.reply(outbox)),
        None => response(Unnumbered::new(outbox, Vec::new(), Reader(context))),
    }
}

#[derive(Debug)]
struct EventStream<E> {
    events: E,
    keep_alive: KeepAlive,
    ended: bool,
}

impl<E: Events> Body for EventStream<E> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut events = Vec::new();
        self.ended = self.ended || self.events.poll_events(cx, &mut events).is_ready();
        if !events.is_empty() {
            self.keep_alive.rest();
            return Poll::Ready(Some(Ok(Frame::data(self.events.outbox().hold(events)))));
        }
        match self.ended {
            true => Poll::Ready(None),
            false => self.keep_alive.poll(cx).map(|comment| Some(Ok(Frame::data(comment)))),
        }
    }

    /// True right behind the last event, which is then sent in one write with the end of the body:
    /// two small writes would cost the client a delayed acknowledgement, 40 ms.
    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// What comes through an outbox, and is gone once it is sent.
#[derive(Debug)]
pub(in crate::transport) struct Unnumbered<R> {
    outbox: Arc<Outbox>,
    /// What comes before it.
    opening: Vec<u8>,
    /// Stands for the client: dropped with the stream.
    _reader: R,
}

impl<R> Unnumbered<R> {
    pub(in crate::transport) fn new(outbox: Arc<Outbox>, opening: Vec<u8>, reader: R) -> Self {
        Self { outbox, opening, _reader: reader }
    }
}

impl<R: Send + Unpin + 'static> Events for Unnumbered<R> {
    fn poll_events(&mut self, cx: &mut task::Context<'_>, events: &mut Vec<u8>) -> Poll<()> {
        events.append(&mut self.opening);
        while events.len() < PIECE {
            let Some(message) = task::ready!(self.outbox.poll_next(cx)) else {
                return Poll::Ready(());
            };
            event::write(events, &message);
        }
        Poll::Pending
    }

    fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

/// Whoever made a call and reads its stream, to which nobody can come back.
#[derive(Debug)]
struct Reader(Context);

impl Drop for Reader {
    fn drop(&mut self) {
        if hung_up(&self.0) {
            self.0.cancellation().cancel(); // has no effect on a call that has its reply
        }
    }
}
