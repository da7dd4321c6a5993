use std::fmt;
use std::sync::Arc;

use crate::context::States;
use crate::handler::{BoxFuture, Need};

/// A closure that runs when a server has ended: what
/// [`Server::on_shutdown`](crate::Server::on_shutdown) takes.
///
/// Async, with state or without: `|| async { … }`, `|pool: Arc<Pool>| async move { … }`. `Marker`
/// only tells these apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run when the server ends",
    label = "expected an async closure that takes nothing, or state as an `Arc`",
    note = "write `async || …` or `async |pool: Arc<Pool>| …`"
)]
pub trait ShutdownHook<Marker> {
    #[doc(hidden)]
    fn into_hook(self) -> Hook;
}

/// What runs, and the state it needs.
#[doc(hidden)]
pub struct Hook {
    pub(super) needs: Option<Need>,
    pub(super) run: RunHook,
}

pub(super) type RunHook = Box<dyn FnOnce(&States) -> Option<BoxFuture<()>> + Send>;

impl<F, Fut> ShutdownHook<fn() -> Fut> for F
where
    F: FnOnce() -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    fn into_hook(self) -> Hook {
        Hook { needs: None, run: Box::new(|_| Some(Box::pin(self()))) }
    }
}

impl<F, Fut, T> ShutdownHook<fn(Arc<T>) -> Fut> for F
where
    F: FnOnce(Arc<T>) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
    T: ?Sized + Send + Sync + 'static,
{
    fn into_hook(self) -> Hook {
        Hook {
            needs: Some(Need::of::<T>()),
            run: Box::new(|states| Some(Box::pin(self(states.shared::<T>()?)))),
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hook").field("needs", &self.needs).finish_non_exhaustive()
    }
}
