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
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use super::finish::Finish;
use super::lines::{Lines, ReadLine};
use super::platform::{Input, Output};
use super::writer::{Taken, Writer};
use crate::context::{Caller, NoHeaders, Outbox, Peer};
use crate::server::{Incoming, Outcome, Reply, Service, Session};
use crate::wire::{Code, ErrorObject, Frame, Message, Unreadable};

pub(super) struct Connection {
    pub(super) service: Arc<Service>,
    session: Arc<Session>,
    peer: Arc<dyn Peer>,
    input: Input,
    lines: Lines,
    pub(super) outbox: Arc<Outbox>,
    pub(super) writer: Writer,
}

/// Why a connection ends.
enum End {
    /// The client says no more; it may still read.
    Eof,
    /// Nobody reads, or it is all over.
    Gone,
    /// The server stops, and everything is answered.
    Drained,
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

    /// Serves until the client or `gone` ends it, then finishes what runs.
    pub(super) async fn run(mut self, gone: impl Future<Output = ()>) -> io::Result<()> {
        let session = self.session.clone();
        let _hold = self.service.life().hold(); // its end is what says that all is answered
        let mut gone = pin!(gone);
        let served = match self.serve_until(gone.as_mut()).await {
            Ok(End::Gone) => Ok(()),
            Ok(End::Eof) => Finish::new(self).run(gone).await,
            Ok(End::Drained) => self.close(gone).await,
            Err(error) => Err(error),
        };
        session.end();
        served.or_else(|error| match error.kind() {
            // A client that closed its end while we wrote is no fault of ours.
            io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(()),
            _ => Err(error),
        })
    }

    async fn serve_until(
        &mut self,
        mut gone: Pin<&mut impl Future<Output = ()>>,
    ) -> io::Result<End> {
        let life = self.service.life().clone();
        let mut draining = pin!(life.draining());
        let outbox = self.outbox.clone();
        let mut stopping = false;
        poll_fn(|cx| {
            if gone.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Ok(End::Gone));
            }
            if !stopping && draining.as_mut().poll(cx).is_ready() {
                stopping = true;
                outbox.close(); // requests are refused from here on, and answers are still taken
            }
            self.poll_serve(cx)
        })
        .await
    }

    fn poll_serve(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<End>> {
        loop {
            let drained = self.writer.take_from(&self.outbox, cx) == Taken::Last;
            self.take_lines();
            let was_full = self.writer.is_full();
            match self.writer.poll_write(cx) {
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if drained => return Poll::Ready(Ok(End::Drained)),
                _ => {}
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

    /// Waits until the system has all that was written.
    async fn close(mut self, mut gone: Pin<&mut impl Future<Output = ()>>) -> io::Result<()> {
        poll_fn(|cx| match gone.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Ok(())),
            Poll::Pending => self.writer.poll_close(cx),
        })
        .await
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

    fn take(&mut self, line: ReadLine) {
        let frame = match line {
            ReadLine::Message(bytes) => self.service.admit(bytes),
            ReadLine::TooLong => Err(too_long(self.service.limits.max_line)),
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
        let incoming =
            Incoming::of_session(message, &self.session, self.peer.clone(), &self.outbox);
        match self.service.handle(incoming) {
            Outcome::Accepted => {}
            Outcome::Ready { reply, .. } => {
                // What the call has said comes first.
                std::iter::from_fn(|| self.outbox.pop()).for_each(|said| self.writer.push(said));
                self.writer.push(reply.into_frame());
            }
            Outcome::Pending(call) => {
                if let Some(owed) = self.outbox.owe() {
                    call.deliver(owed);
                }
            }
        }
    }

    fn refuse(&mut self, unreadable: &Unreadable) {
        if self.session.answers(unreadable) {
            self.writer.push(Reply::unreadable(unreadable).into_frame());
        }
    }
}

fn too_long(limit: usize) -> Unreadable {
    let what = format!("the line is over the limit of {limit} bytes; --max-line sets it");
    Unreadable { id: None, error: ErrorObject::new(Code::INVALID_REQUEST, what) }
}
