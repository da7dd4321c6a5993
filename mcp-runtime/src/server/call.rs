//! Running a function: where, how long, and what happens if it panics or nobody waits any more.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::capacity::Capacity;
use super::limit::Limit;
use super::reply::Reply;
use super::session::Noted;
use super::work::Work;
use super::{Outcome, Service, rounds};
use crate::context::{Context, Said};
use crate::handler::{BoxFuture, Call, Fault, FaultKind, Pace, Run, ToolError};
use crate::wire::content::{Content, ContentKind};
use crate::wire::{Code, ErrorObject};

/// A function that was started.
pub(super) enum Started<R> {
    Done(Result<R, Fault>),
    Running(Running<R>),
}

/// A function that has not returned.
pub(super) enum Running<R> {
    Here(BoxFuture<Result<R, Fault>>),
    OnThread(JoinHandle<Result<R, Fault>>),
}

/// Starts a function where its kind and its pace say.
pub(super) fn start<R: Send + 'static>(
    capacity: &Capacity,
    run: Run<R>,
    call: Call,
    pace: &Pace,
) -> Started<R> {
    match run {
        Run::Async(run) => Started::Running(Running::Here(run(call))),
        Run::Inline(run) => Started::Done(caught(|| run(call))),
        Run::Blocking(run) => Started::Running(on_thread(call, move |call| caught(|| run(call)))),
        Run::Sync(run) => {
            if pace.is_quick()
                && let Some(_leave) = capacity.run_in_place()
            {
                return Started::Done(timed(pace, || run(call)));
            }
            let pace = pace.clone();
            Started::Running(on_thread(call, move |call| timed(&pace, || run(call))))
        }
    }
}

fn on_thread<R: Send + 'static>(
    call: Call,
    work: impl FnOnce(Call) -> Result<R, Fault> + Send + 'static,
) -> Running<R> {
    let context = call.context().clone();
    Running::OnThread(tokio::task::spawn_blocking(move || {
        let outcome = work(call);
        // At once: what it would have interrupted may serve another call by now.
        context.request().end();
        outcome
    }))
}

fn timed<R>(pace: &Pace, run: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    let started = Instant::now();
    let outcome = caught(run);
    pace.record(started.elapsed());
    outcome
}

/// Turns a panic into an answer. The author's state may be half-way through a change, as it would
/// be with any error; nothing of ours is touched while the function runs.
fn caught<R>(run: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(panicked(panic)))
}

fn panicked(panic: Box<dyn Any + Send>) -> Fault {
    let text = panic.downcast_ref::<&str>().copied();
    match text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)) {
        Some(text) => tracing::error!(panic = text, "a function panicked"),
        None => {
            tracing::error!("a function panicked, without a text");
            std::mem::forget(panic); // the author's: its drop may panic again
        }
    }
    Fault { kind: FaultKind::Protocol(ErrorObject::internal()) }
}

impl<R> Running<R> {
    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<R, Fault>> {
        match self {
            Self::Here(future) => catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
                .unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic)))),
            Self::OnThread(handle) => Pin::new(handle).poll(cx).map(|joined| {
                // The thread catches panics, so this is a runtime that shuts down.
                joined.unwrap_or_else(|error| Err(Fault::internal(error)))
            }),
        }
    }
}

impl<R> Drop for Running<R> {
    /// A function that still waits for a thread need not run for nobody. One that runs goes on.
    fn drop(&mut self) {
        if let Self::OnThread(handle) = self {
            handle.abort();
        }
    }
}

/// A call that has not ended: a stream of what it says, its reply last.
///
/// Whoever holds it runs it. Dropping it cancels it.
pub(crate) struct PendingCall {
    service: Arc<Service>,
    context: Context,
    noted: Option<Noted>,
    work: Work,
    limit: Option<Limit>,
    reply: Option<Reply>,
    ended: bool,
}

/// What a call says.
#[derive(Debug)]
pub(crate) enum Event {
    Notification(Vec<u8>),
    /// A question of the function to the client, or that it is taken back. Must not get lost.
    Request(Vec<u8>),
    /// The last event.
    Reply(Reply),
}

/// What becomes of a call that was started: polled once, so that one that is quick needs no task,
/// no channel and no stream.
pub(super) fn pending(
    service: &Arc<Service>,
    context: Context,
    noted: Noted,
    timeout: Option<Duration>,
    work: Work,
) -> Outcome {
    let mut call = PendingCall {
        service: service.clone(),
        context,
        noted: Some(noted),
        work,
        limit: timeout.map(Limit::new),
        reply: None,
        ended: false,
    };
    if let Some(session) = call.noted.as_ref().and_then(Noted::session) {
        call.context.request().asks.connect(session.clone());
    }
    service.capacity.begin_call();
    let mut cx = task::Context::from_waker(task::Waker::noop());
    if let Poll::Ready(reply) = call.poll_work(&mut cx) {
        call.end();
        return ready(&call.context, reply);
    }
    Outcome::Pending(call)
}

/// A reply that is there at once, behind what the call has said.
pub(super) fn ready(context: &Context, reply: Reply) -> Outcome {
    context.request().end();
    let outbox = &context.request().outbox;
    let notifications = std::iter::from_fn(|| outbox.pop()).map(Said::into_frame).collect();
    Outcome::Ready { notifications, reply }
}

impl PendingCall {
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// The next thing the call says; `None` after its reply, or once it is cancelled: a cancelled
    /// request gets none.
    pub(crate) fn poll_next(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Event>> {
        if self.ended {
            return Poll::Ready(self.reply.take().map(Event::Reply));
        }
        let context = self.context.clone();
        let request = context.request();
        request.outbox.register(cx.waker());
        request.cancellation.register(cx.waker());
        if self.reply.is_none() {
            if request.cancellation.is_cancelled() {
                self.end();
                return Poll::Ready(None);
            }
            self.reply = self.poll_reply(cx);
        }
        match request.outbox.pop() {
            Some(Said::Notification(frame)) => {
                return Poll::Ready(Some(Event::Notification(frame)));
            }
            Some(Said::Request(frame)) => return Poll::Ready(Some(Event::Request(frame))),
            None => {}
        }
        if self.reply.is_none() {
            return Poll::Pending;
        }
        self.end();
        Poll::Ready(self.reply.take().map(Event::Reply))
    }

    /// Ready too once the function waits for an answer that only the next round can bring.
    fn poll_work(&mut self, cx: &mut task::Context<'_>) -> Poll<Reply> {
        let (service, context) = (&self.service, &self.context);
        if let Poll::Ready(reply) = self.work.poll(service, context, cx) {
            return Poll::Ready(reply);
        }
        match context.request().asks.round_end() {
            Some(end) => Poll::Ready(rounds::reply(service, context, self.work.name(), end)),
            None => Poll::Pending,
        }
    }

    fn poll_reply(&mut self, cx: &mut task::Context<'_>) -> Option<Reply> {
        if let Poll::Ready(reply) = self.poll_work(cx) {
            self.context.request().end();
            return Some(reply);
        }
        let limit = self.limit.as_mut()?;
        if limit.poll(self.context.request().asks.are_open(), cx).is_pending() {
            return None;
        }
        let reply = self.work.timed_out(&self.service, &self.context, limit.limit);
        self.context.request().outbox.close();
        self.context.request().cancellation.cancel(); // a sync function has to be told
        Some(reply)
    }

    /// Lets the function go on while nobody can take what it says: a slow client never stops it.
    /// Ready once the call is cancelled, and what it said is not wanted any more.
    pub(crate) fn poll_run(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        if self.ended || self.reply.is_some() {
            return Poll::Pending;
        }
        if self.context.is_cancelled() {
            return Poll::Ready(());
        }
        self.reply = self.poll_reply(cx);
        Poll::Pending
    }

    /// Waits for the next event.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        std::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Runs the call to its end; `None` if it is cancelled. What it says meanwhile waits in its
    /// outbox, which is bounded: whoever reads it may be slow, or gone.
    pub(crate) async fn finish(mut self) -> Option<Reply> {
        let context = self.context.clone();
        let cancellation = &context.request().cancellation;
        let reply = std::future::poll_fn(|cx| {
            cancellation.register(cx.waker());
            if let Some(reply) = self.reply.take() {
                return Poll::Ready(Some(reply));
            }
            if cancellation.is_cancelled() {
                return Poll::Ready(None);
            }
            self.poll_reply(cx).map_or(Poll::Pending, |reply| Poll::Ready(Some(reply)))
        })
        .await;
        self.end();
        reply
    }

    fn end(&mut self) {
        if self.ended {
            return;
        }
        self.ended = true;
        self.service.capacity.end_call();
        self.context.request().end();
        self.noted = None;
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if !self.ended {
            self.context.request().cancellation.cancel();
            self.end();
        }
    }
}

impl fmt::Debug for PendingCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingCall").field("context", &self.context).finish_non_exhaustive()
    }
}

/// The protocol error of a resource or prompt whose function failed; its cause goes to the log.
pub(super) fn failure(what: &'static str, name: &str, failure: ToolError) -> ErrorObject {
    if let Some(cause) = failure.cause {
        tracing::error!(what, name, %cause, "a function failed");
    }
    let texts = failure.content.iter().filter_map(|content: &Content| match &content.kind {
        ContentKind::Text(text) => Some(&**text),
        _ => None,
    });
    ErrorObject::new(Code::INTERNAL_ERROR, texts.collect::<Vec<_>>().join("\n"))
}
