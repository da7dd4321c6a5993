//! One client: a loop of read, handle, write.
//!
//! Every complete line of a read is handled before anything is written, so that a client that sends
//! many requests at once costs one read and one write for all of them. What is ready is answered in
//! place; a function that has not returned runs in a task of its own, and what it says comes back
//! through the session's outbox.
//!
//! A client may write before it reads: replies wait, and requests are taken, until [`FULL`] is
//! exceeded. From there on it has to read before more is done for it.
//!
//! [`FULL`]: super::writer::FULL

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::lines::{Line, Lines};
use super::platform::{Input, Output};
use super::writer::Writer;
use crate::context::{Caller, NoHeaders, Outbox, Peer};
use crate::server::{Incoming, Outcome, Reply, Service, Session};
use crate::wire::{Code, ErrorObject, Frame, Message, Unreadable};

/// What is left to do once the client has closed its end.
const TIME_AFTER_EOF: Duration = Duration::from_secs(1);

/// What is left to do once we are told to stop.
const TIME_AFTER_SHUTDOWN: Duration = Duration::from_secs(5);

pub(super) struct Connection {
    service: Arc<Service>,
    session: Arc<Session>,
    peer: Arc<dyn Peer>,
    input: Input,
    lines: Lines,
    outbox: Arc<Outbox>,
    writer: Writer,
}

/// Why a connection ends.
pub(super) enum End {
    /// The client says no more; it may still read.
    Eof,
    /// We are asked to stop.
    Shutdown,
    /// Nobody reads.
    Gone,
}

impl Connection {
    pub(super) fn new(service: Arc<Service>, input: Input, output: Output) -> Self {
        let session = Arc::new(Session::new(&service.room, Caller::Local));
        Self {
            outbox: session.outbox().clone(),
            session,
            peer: Arc::new(NoHeaders(Caller::Local)),
            input,
            lines: Lines::new(service.limits.max_line),
            service,
            writer: Writer::new(output),
        }
    }

    /// Serves until the client or `interrupt` ends it, then finishes what runs.
    pub(super) async fn run(mut self, interrupt: impl Future<Output = End>) -> io::Result<()> {
        let session = self.session.clone();
        let served = self.serve_until(interrupt).await;
        let served = match served {
            Ok(End::Gone) => Ok(()),
            Ok(End::Eof) => self.finish(TIME_AFTER_EOF).await,
            Ok(End::Shutdown) => self.finish(TIME_AFTER_SHUTDOWN).await,
            Err(error) => Err(error),
        };
        session.end();
        served.or_else(|error| match error.kind() {
            // A client that closed its end while we wrote is no fault of ours.
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(()),
            _ => Err(error),
        })
    }

    async fn serve_until(&mut self, interrupt: impl Future<Output = End>) -> io::Result<End> {
        let mut interrupt = pin!(interrupt);
        poll_fn(|cx| match interrupt.as_mut().poll(cx) {
            Poll::Ready(end) => Poll::Ready(Ok(end)),
            Poll::Pending => self.poll_serve(cx),
        })
        .await
    }

    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<End>> {
        loop {
            self.take_frames(cx);
            self.take_lines();
            let was_full = self.writer.is_full();
            if let Poll::Ready(Err(error)) = self.writer.poll_write(cx) {
                return Poll::Ready(Err(error));
            }
            match was_full {
                true if self.writer.is_full() => return Poll::Pending,
                true => continue, // lines may have been left
                false => {}
            }
            match ready!(self.lines.poll_read(&mut self.input, cx)) {
                Ok(1..) => {}
                Ok(0) => return Poll::Ready(Ok(self.eof())),
                Err(error) => {
                    tracing::warn!(%error, "cannot read from the client");
                    return Poll::Ready(Ok(self.eof()));
                }
            }
        }
    }

    fn take_frames(&mut self, cx: &mut Context<'_>) {
        while !self.writer.is_full()
            && let Poll::Ready(Some(frame)) = self.outbox.poll_next(cx)
        {
            self.writer.push(frame);
        }
    }

    fn take_lines(&mut self) {
        while !self.writer.is_full()
            && let Some(line) = self.lines.next()
        {
            self.take(line);
        }
    }

    /// The last line may lack its end.
    fn eof(&mut self) -> End {
        if let Some(line) = self.lines.rest() {
            self.take(line);
        }
        End::Eof
    }

    fn take(&mut self, line: Line) {
        let frame = match line {
            Line::Message(bytes) => self.service.admit(bytes),
            Line::TooLong => Err(too_long(self.service.limits.max_line)),
        };
        match frame {
            Ok(Frame::Message(message)) => self.handle(message),
            Err(unreadable) => self.refuse(&unreadable),
            Ok(Frame::Batch(batch)) => {
                for member in self.session.unpack(batch) {
                    match member {
                        Ok(message) => self.handle(message),
                        Err(unreadable) => self.refuse(&unreadable),
                    }
                }
            }
        }
    }

    fn handle(&mut self, message: Message) {
        let incoming = Incoming {
            message,
            session: Some(self.session.clone()),
            peer: self.peer.clone(),
            outbox: Some(self.outbox.clone()),
        };
        match self.service.handle(incoming) {
            Outcome::Accepted => {}
            Outcome::Ready { reply, .. } => {
                // What the call has said comes first.
                std::iter::from_fn(|| self.outbox.pop()).for_each(|said| self.writer.push(said));
                self.writer.push(reply.frame);
            }
            Outcome::Pending(call) => {
                if let Some(owed) = self.outbox.owe() {
                    tokio::spawn(call.deliver(owed));
                }
            }
        }
    }

    fn refuse(&mut self, unreadable: &Unreadable) {
        if self.session.answers(unreadable) {
            self.writer.push(Reply::unreadable(unreadable).frame);
        }
    }

    /// Waits for the calls that run, up to `limit`, and writes what they say.
    async fn finish(self, limit: Duration) -> io::Result<()> {
        let Self { service, outbox, mut writer, .. } = self;
        service.end_subscriptions(); // they would wait for ever
        outbox.close();
        let poll_rest = move |cx: &mut Context<'_>| {
            loop {
                let was_full = writer.is_full();
                match if was_full { Poll::Pending } else { outbox.poll_next(cx) } {
                    Poll::Ready(Some(frame)) => writer.push(frame),
                    Poll::Ready(None) => return writer.poll_close(cx),
                    Poll::Pending => {
                        ready!(writer.poll_write(cx))?;
                        if !was_full {
                            return Poll::Pending;
                        }
                    }
                }
            }
        };
        let finished = tokio::time::timeout(limit, poll_fn(poll_rest));
        finished.await.unwrap_or_else(|_| {
            tracing::warn!(?limit, "calls were still running, or the client did not read");
            Ok(())
        })
    }
}

fn too_long(limit: usize) -> Unreadable {
    let what = format!("the line is over the limit of {limit} bytes; --max-line sets it");
    Unreadable { id: None, error: ErrorObject::new(Code::INVALID_REQUEST, what) }
}
