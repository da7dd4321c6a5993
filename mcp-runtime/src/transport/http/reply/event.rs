//! Server-sent events (HTML, "Server-sent events"), as far as MCP uses them.

use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::HeaderName;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, Sleep};

/// A comment, which readers skip: it keeps proxies from taking a quiet stream for a dead one.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// How long a stream may be quiet.
const QUIET: Duration = Duration::from_secs(15);

/// Writes one message as an event. Messages are one line each, so they need no more framing.
pub(super) fn write(buffer: &mut Vec<u8>, message: &[u8]) {
    write_named(buffer, "message", message);
}

pub(in crate::transport) fn write_named(buffer: &mut Vec<u8>, name: &str, data: &[u8]) {
    debug_assert!(!data.contains(&b'\n'), "a message is one line");
    buffer.reserve(name.len() + data.len() + 16);
    for part in [b"event: ", name.as_bytes(), b"\ndata: ", data, b"\n\n"] {
        buffer.extend_from_slice(part);
    }
}

/// The name of an event within a session: its stream, and its place in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventId(pub(super) u32, pub(super) u64);

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0, self.1)
    }
}

/// Writes a message as an event behind which a client can go on.
pub(super) fn write_numbered(buffer: &mut Vec<u8>, id: EventId, message: &[u8]) {
    buffer.extend_from_slice(format!("id: {id}\n").as_bytes());
    write(buffer, message);
}

/// Writes an event without a message: it gives the client an id, and says how long it should wait
/// before it comes back.
pub(super) fn write_priming(buffer: &mut Vec<u8>, id: EventId, retry: Duration) {
    let event = format!("id: {id}\nretry: {}\ndata:\n\n", retry.as_millis());
    buffer.extend_from_slice(event.as_bytes());
}

/// A response of events. Proxies are told not to hold them back.
pub(super) fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
    headers.insert(BUFFERING, HeaderValue::from_static("no"));
    response
}

/// Says when a stream has been quiet for too long.
#[derive(Debug)]
pub(super) struct KeepAlive {
    sleep: Pin<Box<Sleep>>,
}

impl KeepAlive {
    pub(super) fn new() -> Self {
        Self { sleep: Box::pin(tokio::time::sleep(QUIET)) }
    }

    /// Something was sent.
    pub(super) fn rest(&mut self) {
        self.sleep.as_mut().reset(Instant::now() + QUIET);
    }

    /// The comment, when it is time for one.
    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Bytes> {
        std::task::ready!(self.sleep.as_mut().poll(cx));
        self.rest();
        // The new deadline has to be polled to wake anyone.
        let _ = self.sleep.as_mut().poll(cx);
        Poll::Ready(COMMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_an_event_of_two_lines() {
        let mut events = Vec::new();
        write(&mut events, b"{}");
        write_named(&mut events, "endpoint", b"/messages");
        assert_eq!(
            String::from_utf8(events).unwrap(),
            "event: message\ndata: {}\n\nevent: endpoint\ndata: /messages\n\n"
        );
    }

    #[test]
    fn an_event_by_which_a_client_comes_back_has_an_id() {
        let mut events = Vec::new();
        write_priming(&mut events, EventId(3, 0), Duration::from_millis(500));
        write_numbered(&mut events, EventId(3, 1), b"{}");
        assert_eq!(
            String::from_utf8(events).unwrap(),
            "id: 3/0\nretry: 500\ndata:\n\nid: 3/1\nevent: message\ndata: {}\n\n"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_stream_is_kept_alive() {
        let started = Instant::now();
        let mut keep_alive = KeepAlive::new();
        for comments in 1..4 {
            let comment = std::future::poll_fn(|cx| keep_alive.poll(cx)).await;
            assert_eq!(comment, ":\n\n");
            assert_eq!(started.elapsed().as_secs(), comments * QUIET.as_secs());
        }
        tokio::time::advance(QUIET / 2).await;
        keep_alive.rest();
        std::future::poll_fn(|cx| keep_alive.poll(cx)).await;
        assert_eq!((started.elapsed() - QUIET / 2).as_secs(), 4 * QUIET.as_secs());
    }
}
