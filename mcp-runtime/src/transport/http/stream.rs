//! The bodies of responses that go on: a reply that comes after notifications, and the stream of a
//! session on which messages of no request come.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{self, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};
use tokio::sync::oneshot;

use super::event::{self, KeepAlive};
use crate::context::Context;
use crate::server::{PendingCall, Reply};

/// What a call says, its reply last.
///
/// The call runs in a task of its own: a client that reads slowly holds up its stream and never
/// the function. Between the two stands the call's outbox, which is bounded and drops what is
/// old. A client that hangs up cancels its call if the revision says so; otherwise the call goes
/// on, unheard.
#[derive(Debug)]
pub(super) struct ReplyStream {
    context: Context,
    reply: oneshot::Receiver<Option<Reply>>,
    /// What was said before there was a stream.
    begun: Vec<u8>,
    keep_alive: KeepAlive,
    ended: bool,
}

impl ReplyStream {
    pub(super) fn new(call: PendingCall, first: &[u8]) -> Self {
        let context = call.context().clone();
        let (done, reply) = oneshot::channel();
        tokio::spawn(async move {
            // Without a reader nobody is told.
            let _ = done.send(call.finish().await);
        });
        let mut begun = Vec::new();
        event::write(&mut begun, first);
        Self { context, reply, begun, keep_alive: KeepAlive::new(), ended: false }
    }

    fn take_said(&self, events: &mut Vec<u8>) {
        while let Some(said) = self.context.request().outbox.pop() {
            event::write(events, &said.into_frame());
        }
    }
}

impl Body for ReplyStream {
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
        self.context.request().outbox.register(cx.waker());
        self.take_said(&mut events);
        if let Poll::Ready(reply) = Pin::new(&mut self.reply).poll(cx) {
            self.ended = true;
            self.take_said(&mut events); // said since the look above, and before the reply
            // A cancelled call has no reply: the stream just ends.
            if let Ok(Some(reply)) = reply {
                event::write(&mut events, &reply.frame);
            }
        }
        if events.is_empty() {
            return if self.ended {
                Poll::Ready(None)
            } else {
                self.keep_alive.poll(cx).map(|comment| Some(Ok(Frame::data(comment))))
            };
        }
        self.keep_alive.rest();
        Poll::Ready(Some(Ok(Frame::data(events.into()))))
    }

    /// True right behind the last event, which is then sent in one write with the end of the body:
    /// two small writes would cost the client a delayed acknowledgement, 40 ms.
    fn is_end_stream(&self) -> bool {
        self.ended
    }
}

impl Drop for ReplyStream {
    fn drop(&mut self) {
        if !self.ended && self.context.revision().facts().disconnect_cancels {
            self.context.request().cancellation.cancel();
        }
    }
}

/// The stream of a session: quiet, until its sessions ends.
#[derive(Debug)]
pub(super) struct SessionStream {
    ended: oneshot::Receiver<()>,
    keep_alive: KeepAlive,
}

impl SessionStream {
    pub(super) fn new(ended: oneshot::Receiver<()>) -> Self {
        Self { ended, keep_alive: KeepAlive::new() }
    }
}

impl Body for SessionStream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if Pin::new(&mut self.ended).poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        self.keep_alive.poll(cx).map(|comment| Some(Ok(Frame::data(comment))))
    }
}
