use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::endpoint::{Connection, Endpoint};
use super::mailbox::Post;
use crate::transport::http::event::{self, KeepAlive};
use crate::transport::http::session_id::SessionId;

/// The body of a connection's one response. When the client hangs up it is dropped, and its
/// session with it.
#[derive(Debug)]
pub(super) struct Stream {
    endpoint: Arc<Endpoint>,
    id: SessionId,
    connection: Arc<Connection>,
    /// The first event: where to post to.
    greeting: Vec<u8>,
    keep_alive: KeepAlive,
}

impl Stream {
    pub(super) fn new(endpoint: Arc<Endpoint>, id: SessionId, connection: Arc<Connection>) -> Self {
        let mut greeting = Vec::new();
        event::write_named(&mut greeting, "endpoint", format!("/messages?session={id}").as_bytes());
        Self { endpoint, id, connection, greeting, keep_alive: KeepAlive::new() }
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut events = std::mem::take(&mut self.greeting);
        match self.connection.mailbox.take(cx.waker()) {
            Post::Messages(messages) => {
                messages.iter().for_each(|message| event::write(&mut events, message));
            }
            Post::Closed => return Poll::Ready(None),
            Post::Nothing if events.is_empty() => {
                return self.keep_alive.poll(cx).map(|comment| Some(Ok(Frame::data(comment))));
            }
            Post::Nothing => {}
        }
        self.keep_alive.rest();
        Poll::Ready(Some(Ok(Frame::data(events.into()))))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.endpoint.disconnected(self.id);
        self.connection.mailbox.close();
        self.connection.session.end();
    }
}
