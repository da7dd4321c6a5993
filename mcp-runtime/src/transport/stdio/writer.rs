//! Frames → bytes: what waits to be written goes out in one write.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;

use super::platform::Output;
use crate::context::Outbox;

/// Waiting bytes past which nothing is added: what a client may leave unread while it writes.
pub(super) const FULL: usize = 4 * 1024 * 1024;

/// A frame of this size is not worth copying behind the others.
const LARGE: usize = 16 * 1024;

/// What is kept allocated while nothing waits.
const KEPT: usize = 256 * 1024;

pub(super) struct Writer {
    output: Output,
    waiting: Vec<u8>,
    /// How much of `waiting` is written.
    written: usize,
    /// How much the client's end has taken so far.
    pub(super) taken: u64,
}

/// What of an outbox was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// As much as there is room for: the client has to read before more is.
    Part,
    /// All there is by now.
    All,
    /// All, and nothing more will come.
    Last,
}

impl Writer {
    pub(super) fn new(output: Output) -> Self {
        Self { output, waiting: Vec::new(), written: 0, taken: 0 }
    }

    /// Adds a message, to be written by the next [`poll_write`](Self::poll_write).
    pub(super) fn push(&mut self, frame: Vec<u8>) {
        debug_assert!(!frame.contains(&b'\n'), "a message is one line");
        if self.waiting.is_empty() && frame.len() >= LARGE {
            self.waiting = frame;
        } else {
            self.waiting.extend_from_slice(&frame);
        }
        self.waiting.push(b'\n');
    }

    /// Adds what waits in the outbox, as far as there is room.
    pub(super) fn take_from(&mut self, outbox: &Outbox, cx: &mut Context<'_>) -> Taken {
        while !self.is_full() {
            match outbox.poll_next(cx) {
                Poll::Ready(Some(frame)) => self.push(frame),
                Poll::Ready(None) => return Taken::Last,
                Poll::Pending => return Taken::All,
            }
        }
        Taken::Part
    }

    /// Whether the client has to read before anything more is done for it.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() - self.written > FULL
    }

    /// Writes all that waits.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.written < self.waiting.len() {
            let rest = &self.waiting[self.written..];
            match ready!(Pin::new(&mut self.output).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => {
                    self.written += written;
                    self.taken += written as u64;
                }
            }
        }
        self.written = 0;
        self.waiting.clear();
        self.waiting.shrink_to(KEPT);
        Poll::Ready(Ok(()))
    }

    /// Writes all that waits, until the system has it.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write(cx))?;
        Pin::new(&mut self.output).poll_shutdown(cx)
    }
}
