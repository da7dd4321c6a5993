//! A call: from the start of its function to its reply.
//!
//! ```text
//! origin    where its request came from, and what its function will see of it
//! capacity  may one more call run?
//! running   its function runs: here, on a thread or as a future; what if it panics
//! deadline  how long it may take
//! here      what a call waits for, polled once where its request came in: a reply that is not ready
//!           then is a PendingCall
//! layers    what authors put around all this
//! ```

mod capacity;
mod deadline;
#[cfg(feature = "layers")]
mod layers;
mod origin;
mod running;

use std::fmt;
#[cfg(feature = "layers")]
use std::future::poll_fn;
#[cfg(feature = "layers")]
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::time::Duration;

pub(super) use capacity::{Capacity, Slot};
use deadline::Deadline;
#[cfg(feature = "layers")]
use layers::Layered;
#[cfg(feature = "layers")]
pub(super) use layers::Layers;
#[cfg(feature = "layers")]
pub use layers::{CallOutcome, CallReply, CallRequest, Calls};
pub(super) use origin::Origin;
pub(super) use running::{Running, Started};

use crate::context::{Context, Owed, Request};
#[cfg(feature = "layers")]
use crate::handler::BoxFuture;
use crate::handler::{Call, Fault, Given, ToolError, task};
use crate::server::reply::{Class, Reply};
use crate::server::session::Noted;
use crate::server::shutdown::CallHold;
use crate::server::watch::Watch;
use crate::server::{Ended, Outcome, Service, rounds};
use crate::wire::content::{Content, ContentKind};
use crate::wire::{Code, ErrorObject};

/// The function to call.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) given: Given,
    pub(super) timeout: Option<Duration>,
}

/// What a call waits for.
pub(super) trait Work: Send {
    fn poll(
        &mut self,
        service: &Service,
        context: &Context,
        cx: &mut task::Context<'_>,
    ) -> Poll<Reply>;
}

/// A function that runs, and what its outcome becomes.
struct Answering<R, A> {
    /// The function, for messages about it.
    name: &'static str,
    running: Running<R>,
    deadline: Deadline,
    answer: A,
}

impl<R, A> Work for Answering<R, A>
where
    R: Send + 'static,
    A: Fn(&Service, &Context, Result<R, Fault>) -> Reply + Send,
{
    fn poll(
        &mut self,
        service: &Service,
        context: &Context,
        cx: &mut task::Context<'_>,
    ) -> Poll<Reply> {
        if let Poll::Ready(outcome) = self.running.poll(cx) {
            return Poll::Ready((self.answer)(service, context, outcome));
        }
        // The function may wait for an answer that only the next round can bring.
        if let Some(end) = context.asks().round_end(cx) {
            return Poll::Ready(rounds::reply(service, context, self.name, end));
        }
        let deadline = &mut self.deadline;
        ready!(deadline.poll(context.asks().are_open(), &|| context.voice().last_progress(), cx));
        let fault = ToolError::new(format!("timed out after {:?}", deadline.timeout));
        let reply = (self.answer)(service, context, Err(fault.into()));
        context.voice().end();
        context.cancellation().cancel(); // a sync function has to be told
        Poll::Ready(reply)
    }
}

impl Service {
    /// Calls a function. It is polled once here, so that one that is quick needs no task, no
    /// channel and no stream.
    pub(super) fn call<R: Send + 'static>(
        self: &Arc<Self>,
        request: Request,
        origin: Origin,
        function: Function,
        start: impl FnOnce(&Self, Call) -> Started<R> + Send + 'static,
        answer: impl Fn(&Self, &Context, Result<R, Fault>) -> Reply + Send + 'static,
    ) -> Outcome {
        let Function { name, given, timeout } = function;
        let (context, noted) = match self.context(request, origin) {
            Ok(noted) => noted,
            Err(refused) => return refused.into(),
        };
        #[cfg(feature = "layers")]
        if let Some(layers) = self.layered() {
            let call = Call::new(context.clone(), given);
            let start: Start = Box::new(move |service, context| match start(service, call) {
                Started::Running(running) => {
                    let deadline = service.deadline(timeout);
                    ControlFlow::Continue(Box::new(Answering { name, running, deadline, answer }))
                }
                Started::Done(outcome) => ControlFlow::Break(answer(service, context, outcome)),
            });
            let run = run(self.clone(), context.clone(), start);
            let request = CallRequest::new(name, context.clone(), run);
            return self.pending(context, noted, Layered::new(layers, request));
        }
        match start(self, Call::new(context.clone(), given)) {
            Started::Running(running) => {
                let deadline = self.deadline(timeout);
                self.pending(context, noted, Answering { name, running, deadline, answer })
            }
            Started::Done(outcome) => {
                let reply = answer(self, &context, outcome);
                context.end();
                Outcome::ready(&context, reply)
            }
        }
    }

    /// How long a function may take whose author says that, or nothing.
    fn deadline(&self, timeout: Option<Duration>) -> Deadline {
        let timeout = timeout.unwrap_or(self.limits.call_timeout);
        Deadline::new(timeout, self.limits.call_ceiling)
    }

    fn pending(
        self: &Arc<Self>,
        context: Context,
        noted: Noted,
        work: impl Work + 'static,
    ) -> Outcome {
        let state = CallState::new(self, context, noted, self.capacity.call());
        Pending { state, work }.poll_first()
    }
}

/// Starts a function; its reply, if it has returned by then.
#[cfg(feature = "layers")]
type Start = Box<dyn FnOnce(&Service, &Context) -> ControlFlow<Reply, Box<dyn Work>> + Send>;

/// Starts the function when it is first polled, and runs it to its end: for who comes before it.
#[cfg(feature = "layers")]
fn run(service: Arc<Service>, context: Context, start: Start) -> BoxFuture<Reply> {
    Box::pin(async move {
        match start(&service, &context) {
            ControlFlow::Continue(mut work) => {
                poll_fn(|cx| work.poll(&service, &context, cx)).await
            }
            ControlFlow::Break(reply) => reply,
        }
    })
}

impl Outcome {
    /// A reply that is there at once, behind what the call has said.
    fn ready(context: &Context, reply: Reply) -> Self {
        Self::Ready { notifications: context.voice().take_said(), reply }
    }
}

/// A call that has no reply yet: a future of it. What it says meanwhile is in its outbox.
///
/// Whoever polls it runs it. It has no reply if it is cancelled. Dropping it cancels it.
#[derive(Debug)]
pub(crate) struct PendingCall(Box<Pending<dyn Work>>);

pub(super) struct Pending<W: Work + ?Sized> {
    pub(super) state: CallState,
    pub(super) work: W,
}

/// What is the same of all pending calls.
pub(super) struct CallState {
    service: Arc<Service>,
    context: Context,
    /// None once it has ended, like the slot.
    noted: Option<Noted>,
    slot: Option<Slot>,
    /// From its first poll on, if it did not return then.
    held: Option<CallHold>,
    watch: Option<Watch>,
}

impl PendingCall {
    pub(crate) fn context(&self) -> &Context {
        &self.0.state.context
    }

    pub(super) fn watched(mut self, watch: Watch) -> Self {
        self.0.state.watch = Some(watch);
        self
    }

    /// Runs the call to its end, in a task of its own, and puts its reply where it is owed.
    pub(crate) fn deliver(mut self, owed: Owed) {
        tokio::task::spawn(task(async move {
            let reply = (&mut self).await;
            drop(self); // what its end still has to say comes before the reply
            if let Some(reply) = reply {
                owed.reply(reply.into_frame());
            }
        }));
    }
}

impl Future for PendingCall {
    type Output = Option<Reply>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Reply>> {
        let pending = &mut *self.0;
        let cancellation = pending.state.context.cancellation();
        cancellation.register(cx.waker());
        let reply = match (cancellation.is_cancelled(), cancellation.is_cut()) {
            (true, true) => Some(cut(&pending.state.context)),
            (true, false) => None,
            (false, _) => Some(ready!(pending.poll_reply(cx))),
        };
        pending.state.end();
        if let Some(watch) = pending.state.watch.take() {
            watch.end(reply.as_ref().map_or(Ended::Cancelled, |reply| reply.ended));
        }
        Poll::Ready(reply)
    }
}

impl<W: Work + 'static> Pending<W> {
    pub(super) fn poll_first(mut self) -> Outcome {
        self.state.connect();
        let mut cx = task::Context::from_waker(task::Waker::noop());
        if let Poll::Ready(reply) = self.poll_reply(&mut cx) {
            return self.state.ended(reply);
        }
        self.state.hold();
        Outcome::Pending(PendingCall(Box::new(self)))
    }
}

impl<W: Work + ?Sized> Pending<W> {
    fn poll_reply(&mut self, cx: &mut task::Context<'_>) -> Poll<Reply> {
        self.work.poll(&self.state.service, &self.state.context, cx)
    }
}

impl CallState {
    pub(super) fn new(service: &Arc<Service>, context: Context, noted: Noted, slot: Slot) -> Self {
        Self {
            service: service.clone(),
            context,
            noted: Some(noted),
            slot: Some(slot),
            held: None,
            watch: None,
        }
    }

    /// Lets the call ask in its session.
    fn connect(&self) {
        if let Some(session) = self.noted.as_ref().and_then(Noted::session) {
            self.context.asks().connect(session.clone());
        }
    }

    fn hold(&mut self) {
        self.held = Some(self.service.life.hold_call(&self.context));
    }

    fn ended(&mut self, reply: Reply) -> Outcome {
        self.end();
        Outcome::ready(&self.context, reply)
    }

    fn end(&mut self) {
        self.context.end();
        self.noted = None;
        self.slot = None;
        self.held = None;
    }
}

impl Drop for CallState {
    fn drop(&mut self) {
        // Has no effect on one that has ended.
        self.context.cancellation().cancel();
        self.context.end();
    }
}

impl<W: Work + ?Sized> fmt::Debug for Pending<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("context", &self.state.context).finish_non_exhaustive()
    }
}

/// The answer to a call for which a server that ends did not wait any longer.
fn cut(context: &Context) -> Reply {
    let what = "the server stopped before the function returned; what it has done is done";
    let error = ErrorObject::new(Code::INTERNAL_ERROR, what);
    Reply::error(Class::Answered, Some(&context.request().id), &error)
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
