//! The bodies of responses that go on: what comes through an outbox, as events.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::sync::oneshot;

use super::event::{self, KeepAlive};
use crate::context::{Context, Outbox};
use crate::server::PendingCall;

/// Events until the outbox is over, or the client hangs up: then it is dropped, and with it what
/// stands for the client.
#[derive(Debug)]
pub(crate) struct EventStream<Client> {
    outbox: Arc<Outbox>,
    /// What comes before all that is in the outbox.
    begun: Vec<u8>,
    keep_alive: KeepAlive,
    ended: bool,
    /// Dropped with the stream.
    _client: Client,
}

impl<Client> EventStream<Client> {
    pub(crate) fn new(outbox: Arc<Outbox>, begun: Vec<u8>, client: Client) -> Self {
        Self { outbox, begun, keep_alive: KeepAlive::new(), ended: false, _client: client }
    }
}

impl<Client: Unpin> Body for EventStream<Client> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let mut events = std::mem::take(&mut self.begun);
        let more = loop {
            match self.outbox.poll_next(cx) {
                Poll::Ready(Some(frame)) => event::write(&mut events, &frame),
                Poll::Ready(None) => break false,
                Poll::Pending => break true,
            }
        };
        self.ended = !more;
        if !events.is_empty() {
            self.keep_alive.rest();
            return Poll::Ready(Some(Ok(Frame::data(events.into()))));
        }
        match more {
            true => self.keep_alive.poll(cx).map(|comment| Some(Ok(Frame::data(comment)))),
            false => Poll::Ready(None),
        }
    }

    /// True right behind the last event, which is then sent in one write with the end of the body:
    /// two small writes would cost the client a delayed acknowledgement, 40 ms.
    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

/// What a call says, its reply last.
///
/// The call runs in a task of its own: a client that reads slowly holds up its stream and never
/// the function.
pub(super) fn reply(call: PendingCall, first: &[u8]) -> EventStream<Caller> {
    let caller = Caller(call.context().clone());
    let outbox = call.context().request().voice.outbox().clone();
    if let Some(owed) = outbox.owe() {
        tokio::spawn(call.deliver(owed));
    }
    outbox.close();
    let mut begun = Vec::new();
    event::write(&mut begun, first);
    EventStream::new(outbox, begun, caller)
}

/// Whoever reads the stream of its call. When it hangs up the call is cancelled if its revision
/// says so, and otherwise goes on, unheard.
#[derive(Debug)]
pub(super) struct Caller(Context);

impl Drop for Caller {
    fn drop(&mut self) {
        let request = self.0.request();
        request.voice.outbox().abandon();
        if self.0.revision().facts().disconnect_cancels {
            request.cancellation.cancel(); // has no effect on a call that has its reply
        }
    }
}

/// The stream of a session, on which messages of no request come: until the session ends, or
/// another takes its place.
#[derive(Debug)]
pub(super) struct SessionStream {
    events: EventStream<()>,
    replaced: oneshot::Receiver<()>,
}

impl SessionStream {
    pub(super) fn new(outbox: Arc<Outbox>, replaced: oneshot::Receiver<()>) -> Self {
        Self { events: EventStream::new(outbox, Vec::new(), ()), replaced }
    }
}

impl Body for SessionStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if Pin::new(&mut self.replaced).poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.events).poll_frame(cx)
    }
}
