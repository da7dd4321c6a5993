use std::fmt;
use std::pin::Pin;

use super::call::Call;
use super::fault::Fault;
use super::returns::ResourceOutput;
use crate::wire::prompt::GetPromptResult;
use crate::wire::tool::CallToolResult;

/// The one box of an async call.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A task as a runtime gets it. Boxed, because a runtime is compiled for each type of task it runs,
/// which is some kilobytes.
pub(crate) fn task(work: impl Future<Output = ()> + Send + 'static) -> BoxFuture<()> {
    Box::pin(work)
}

pub type ToolOutcome = Result<CallToolResult, Fault>;
pub type ResourceOutcome = Result<ResourceOutput, Fault>;
pub type PromptOutcome = Result<GetPromptResult, Fault>;

/// How a function is run: a plain pointer, so that a definition is a constant.
pub enum Run<R> {
    /// A sync function: where it runs depends on how long it has taken so far.
    Sync(fn(Call) -> Result<R, Fault>),
    /// A sync function that always gets a thread of its own.
    Blocking(fn(Call) -> Result<R, Fault>),
    /// A sync function that never leaves the thread its request came in on.
    Inline(fn(Call) -> Result<R, Fault>),
    Async(fn(Call) -> BoxFuture<Result<R, Fault>>),
}

impl<R> Clone for Run<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Run<R> {}

impl<R> fmt::Debug for Run<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sync(_) => "Sync",
            Self::Blocking(_) => "Blocking",
            Self::Inline(_) => "Inline",
            Self::Async(_) => "Async",
        })
    }
}

/// Names the rule where the compiler reports its breach.
pub fn future_must_be_send<F: Future + Send>(future: F) -> F {
    future
}
