//! Running a function: where, and what if it panics.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

use tokio::task::JoinHandle;

use super::Slot;
use crate::handler::{BoxFuture, Call, Fault, FaultKind, Pace, Record, Run};
use crate::server::Service;
use crate::wire::ErrorObject;

/// A function that was started.
pub(in crate::server) enum Started<R> {
    Done(Result<R, Fault>),
    Running(Running<R>),
}

/// A function that has not returned.
pub(in crate::server) enum Running<R> {
    /// None once it is dropped.
    Here {
        future: Option<BoxFuture<Result<R, Fault>>>,
        _slot: Option<Slot>,
    },
    OnThread(JoinHandle<Returned>),
}

impl Service {
    /// Starts a function where its kind and its pace say. It keeps its slot until it has returned,
    /// also if nobody waits for it any more.
    pub(in crate::server) fn start<R: Send + 'static>(
        &self,
        run: Run<R>,
        pace: &Pace,
        call: Call,
        slot: Option<Slot>,
    ) -> Started<R> {
        match run {
            Run::Async(run) => {
                Started::Running(Running::Here { future: Some(run(call)), _slot: slot })
            }
            Run::Inline(run) => Started::Done(caught(|| run(call))),
            Run::Blocking(run) => Started::Running(on_thread(run, call, None, slot)),
            Run::Sync(run) => {
                if pace.is_quick()
                    && let Some(_leave) = self.capacity.run_in_place()
                {
                    let call = call.timed(pace.record().clone());
                    return Started::Done(caught(|| run(call)));
                }
                Started::Running(on_thread(run, call, Some(pace.record().clone()), slot))
            }
        }
    }
}

fn on_thread<R: Send + 'static>(
    run: fn(Call) -> Result<R, Fault>,
    call: Call,
    record: Option<Arc<Record>>,
    slot: Option<Slot>,
) -> Running<R> {
    let work: OnThread = Box::new(move || {
        let context = call.context().clone();
        let call = match record {
            Some(record) => call.timed(record),
            None => call,
        };
        let outcome = caught(|| run(call));
        drop(slot);
        // At once: what it would have interrupted may serve another call by now.
        context.end();
        Box::new(outcome)
    });
    Running::OnThread(tokio::task::spawn_blocking(work))
}

/// What threads run, whatever it returns: the runtime is compiled once for all.
type OnThread = Box<dyn FnOnce() -> Returned + Send>;

/// A `Result<R, Fault>`.
type Returned = Box<dyn Any + Send>;

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

impl<R: 'static> Running<R> {
    pub(in crate::server) fn here(future: BoxFuture<Result<R, Fault>>) -> Self {
        Self::Here { future: Some(future), _slot: None }
    }

    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<R, Fault>> {
        match self {
            Self::Here { future: None, .. } => Poll::Pending,
            Self::Here { future: Some(future), .. } => {
                catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)))
                    .unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic))))
            }
            Self::OnThread(handle) => Pin::new(handle).poll(cx).map(|joined| match joined {
                Ok(returned) => returned.downcast().map_or_else(
                    |_| Err(Fault::internal("a thread returned another type")),
                    |outcome| *outcome,
                ),
                // The thread catches panics, so this is a runtime that shuts down.
                Err(error) => Err(Fault::internal(error)),
            }),
        }
    }
}

impl<R> Drop for Running<R> {
    /// A function that still waits for a thread need not run for nobody. One that runs goes on.
    /// What a future drops is the author's: its panic must not take the reply with it, which a
    /// call that takes too long still has to come.
    fn drop(&mut self) {
        match self {
            Self::OnThread(handle) => handle.abort(),
            Self::Here { future, .. } => {
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(future.take()))) {
                    panicked(panic);
                }
            }
        }
    }
}
