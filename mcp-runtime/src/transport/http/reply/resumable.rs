//! The streams of a session, which outlive the connections that carry them (transports,
//! streamable-http, "Resumability and redelivery").
//!
//! What is sent on one is numbered and kept. A client whose connection broke names the last event
//! it has seen, and gets what followed on that stream, then what is still to come.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{self, Poll};
use std::time::{Duration, Instant};

use super::event::{self, EventId};
use super::event_store::{EventStore, StoredEvent};
use super::stream::{Events, PIECE};
use crate::context::{Outbox, unpoisoned};
use crate::revision::Facts;

/// How long one is kept that nobody reads.
const UNREAD: Duration = Duration::from_secs(5 * 60);

/// How long a client is asked to wait before it comes back.
const RETRY: Duration = Duration::from_millis(500);

/// The streams of one session.
#[derive(Debug)]
pub(in crate::transport::http) struct Streams {
    session: Box<str>,
    /// How many streams of replies are kept.
    limit: usize,
    facts: &'static Facts,
    store: Arc<dyn EventStore>,
    /// For messages of no request.
    standalone: Arc<Stream>,
    replies: Mutex<Replies>,
}

#[derive(Debug, Default)]
struct Replies {
    last_number: u32,
    streams: Vec<Arc<Stream>>,
    /// The session is over.
    ended: bool,
}

/// One stream: what comes through an outbox, numbered.
#[derive(Debug)]
struct Stream {
    number: u32,
    outbox: Arc<Outbox>,
    sent: Mutex<Sent>,
}

#[derive(Debug)]
struct Sent {
    /// The number of the last event.
    last: u64,
    /// Whose turn it is to read.
    turn: u64,
    /// Since when nobody reads.
    unread: Option<Instant>,
    /// It cannot be resumed any more: nothing of it has to be kept.
    given_up: bool,
}

impl Streams {
    pub(in crate::transport::http) fn new(
        session: Box<str>,
        limit: usize,
        outbox: Arc<Outbox>,
        facts: &'static Facts,
        store: Arc<dyn EventStore>,
    ) -> Self {
        Self {
            session,
            limit,
            facts,
            store,
            standalone: Arc::new(Stream::new(0, outbox)),
            replies: Mutex::default(),
        }
    }

    /// Whether a client is told that it may come back.
    pub(super) fn are_primed(&self) -> bool {
        self.facts.primes_streams
    }

    /// The stream for messages of no request. It takes the place of the one that is open.
    pub(in crate::transport::http) fn standalone(self: &Arc<Self>) -> Reader {
        Reader::new(self, &self.standalone)
    }

    /// A stream for the replies that come through `outbox`.
    pub(in crate::transport::http) fn reply(self: &Arc<Self>, outbox: Arc<Outbox>) -> Reader {
        let mut replies = self.replies();
        replies.last_number += 1;
        let stream = Arc::new(Stream::new(replies.last_number, outbox));
        replies.make_room(self.limit);
        replies.streams.push(stream.clone());
        // Under the lock: from here on it is read, or of no session.
        stream.sent().given_up = replies.ended;
        let reader = Reader::new(self, &stream);
        drop(replies);
        reader
    }

    /// What followed an event on its stream, and the rest of it; none if there is no such stream,
    /// or it is not kept any more.
    pub(in crate::transport::http) fn resume(self: &Arc<Self>, last_event: &str) -> Option<Reader> {
        let (stream, last) = last_event.split_once('/')?;
        let (number, last) = (stream.parse().ok()?, last.parse().ok()?);
        let stream = match number {
            0 => self.standalone.clone(),
            number => self.replies().streams.iter().find(|stream| stream.number == number)?.clone(),
        };
        Reader::behind(self, &stream, last)
    }

    /// Whether a client reads one of them.
    pub(in crate::transport::http) fn are_read(&self) -> bool {
        let read = |stream: &Stream| stream.sent().unread.is_none();
        read(&self.standalone) || self.replies().streams.iter().any(|stream| read(stream))
    }

    /// Gives up the streams to which nobody has come back.
    pub(in crate::transport::http) fn sweep(&self, now: Instant) {
        self.replies().streams.retain(|stream| {
            let unread = stream.sent().unread;
            let keep = unread.is_none_or(|since| now.duration_since(since) <= UNREAD);
            if !keep {
                stream.give_up();
            }
            keep
        });
    }

    /// The session is over.
    pub(in crate::transport::http) fn end(&self) {
        let mut replies = self.replies();
        replies.ended = true;
        let streams = std::mem::take(&mut replies.streams);
        drop(replies);
        // First, so that nothing is appended behind it.
        streams.iter().chain([&self.standalone]).for_each(|stream| stream.give_up());
        let forget = || self.store.forget(&self.session);
        // The author's, and there are other sessions to end.
        if catch_unwind(AssertUnwindSafe(forget)).is_err() {
            tracing::error!("an event store panicked as it should forget a session");
        }
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        unpoisoned(self.replies.lock())
    }
}

impl Replies {
    /// One that was sent to its end goes first: for the others something is still to come.
    fn make_room(&mut self, limit: usize) {
        if self.streams.len() >= limit {
            let done = self.streams.iter().position(|stream| stream.outbox.is_done());
            self.streams.remove(done.unwrap_or(0)).give_up();
        }
    }
}

impl Stream {
    fn new(number: u32, outbox: Arc<Outbox>) -> Self {
        let sent = Sent { last: 0, turn: 0, unread: Some(Instant::now()), given_up: false };
        Self { number, outbox, sent: Mutex::new(sent) }
    }

    /// It cannot be resumed any more. One that is read goes on.
    fn give_up(&self) {
        let mut sent = self.sent();
        sent.given_up = true;
        if sent.unread.is_some() {
            self.outbox.abandon();
        }
    }

    fn sent(&self) -> MutexGuard<'_, Sent> {
        unpoisoned(self.sent.lock())
    }
}

/// A client that reads a stream. There is one at a time: the last one to come.
#[derive(Debug)]
pub(in crate::transport::http) struct Reader {
    streams: Arc<Streams>,
    stream: Arc<Stream>,
    turn: u64,
    /// What comes before all that is still to come.
    opening: Vec<u8>,
}

impl Reader {
    fn new(streams: &Arc<Streams>, stream: &Arc<Stream>) -> Self {
        let mut sent = stream.sent();
        let mut opening = Vec::new();
        if streams.are_primed() {
            event::write_priming(&mut opening, EventId(stream.number, sent.last), RETRY);
        }
        Self::take_turn(streams, stream, &mut sent, opening)
    }

    /// `last` is the number of the last event the client has seen. None if it was never sent, or if
    /// there is nothing to come back for: the end of the stream was sent, and is not kept.
    fn behind(streams: &Arc<Streams>, stream: &Arc<Stream>, last: u64) -> Option<Self> {
        let mut sent = stream.sent();
        if last > sent.last || sent.given_up {
            return None;
        }
        let missed = streams.store.after(&streams.session, stream.number, last);
        let reaches = missed.last().map_or(last, |event| event.number);
        if reaches < sent.last && stream.outbox.is_done() {
            return None;
        }
        stream.outbox.take_parting(); // it was meant for the one before
        let mut opening = Vec::new();
        for event in missed {
            let id = EventId(stream.number, event.number);
            event::write_numbered(&mut opening, id, &event.message);
        }
        Some(Self::take_turn(streams, stream, &mut sent, opening))
    }

    /// Reads from here on, instead of the one before.
    fn take_turn(
        streams: &Arc<Streams>,
        stream: &Arc<Stream>,
        sent: &mut Sent,
        opening: Vec<u8>,
    ) -> Self {
        sent.turn += 1;
        sent.unread = None;
        stream.outbox.wake(); // for that one to see it
        Self { streams: streams.clone(), stream: stream.clone(), turn: sent.turn, opening }
    }
}

impl Events for Reader {
    fn poll_events(&mut self, cx: &mut task::Context<'_>, events: &mut Vec<u8>) -> Poll<()> {
        let Self { streams, stream, turn, opening } = self;
        events.append(opening);
        let mut sent = stream.sent();
        if sent.turn != *turn {
            return Poll::Ready(()); // another has taken its place
        }
        while events.len() < PIECE {
            let message = match stream.outbox.poll_next(cx) {
                Poll::Ready(Some(message)) => message,
                Poll::Ready(None) => return Poll::Ready(()),
                // A client that was told so comes back for the rest.
                Poll::Pending if streams.are_primed() && stream.outbox.take_parting() => {
                    return Poll::Ready(());
                }
                Poll::Pending => return Poll::Pending,
            };
            sent.last += 1;
            event::write_numbered(events, EventId(stream.number, sent.last), &message);
            if !sent.given_up {
                let event = StoredEvent { stream: stream.number, number: sent.last, message };
                streams.store.append(&streams.session, event);
            }
        }
        Poll::Pending
    }

    fn outbox(&self) -> &Outbox {
        &self.stream.outbox
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut sent = self.stream.sent();
        if sent.turn == self.turn {
            sent.unread = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests;
