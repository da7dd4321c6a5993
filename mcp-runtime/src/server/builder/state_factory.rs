use std::fmt::Display;
use std::pin::Pin;

/// A closure that makes state when a server starts to serve: what
/// [`Server::state_with`](crate::Server::state_with) takes.
///
/// Sync or async, with the author's parsed flags or without; always fallible:
/// `|| Result<T, E>`, `|| async { Result<T, E> }`, `|flags: &Flags| …`. `Marker` only tells these
/// apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot make state",
    label = "expected a closure that returns a `Result`",
    note = "write `|| -> Result<T, E>` or `|flags: &Flags| …`, sync or async; for state that cannot fail use `.state(..)`"
)]
pub trait StateFactory<A, Marker> {
    /// The type of the state.
    type State: Send + Sync + 'static;

    /// Makes it.
    #[doc(hidden)]
    fn make(self, flags: &A) -> MakingState<Self::State>;
}

/// State in the making; `Send`, so that a server can be started in a task.
#[doc(hidden)]
pub(super) type MakingState<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// Errors are told in one line.
fn line<T, E: Display>(made: Result<T, E>) -> Result<T, String> {
    made.map_err(|error| format!("{error:#}"))
}

impl<A, F, T, E> StateFactory<A, fn() -> Result<T, E>> for F
where
    F: FnOnce() -> Result<T, E>,
    T: Send + Sync + 'static,
    E: Display,
{
    type State = T;

    fn make(self, _: &A) -> MakingState<T> {
        let made = line(self());
        Box::pin(std::future::ready(made))
    }
}

impl<A, F, T, E> StateFactory<A, fn(&A) -> Result<T, E>> for F
where
    F: FnOnce(&A) -> Result<T, E>,
    T: Send + Sync + 'static,
    E: Display,
{
    type State = T;

    fn make(self, flags: &A) -> MakingState<T> {
        let made = line(self(flags));
        Box::pin(std::future::ready(made))
    }
}

/// Marks factories that return a future.
#[derive(Debug)]
#[doc(hidden)]
pub struct Async;

impl<A, F, Fut, T, E> StateFactory<A, (Async, fn() -> Fut)> for F
where
    F: FnOnce() -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + Sync + 'static,
    E: Display + 'static,
{
    type State = T;

    fn make(self, _: &A) -> MakingState<T> {
        let making = self();
        Box::pin(async move { line(making.await) })
    }
}

impl<A, F, Fut, T, E> StateFactory<A, (Async, fn(&A) -> Fut)> for F
where
    F: FnOnce(&A) -> Fut,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + Sync + 'static,
    E: Display + 'static,
{
    type State = T;

    fn make(self, flags: &A) -> MakingState<T> {
        let making = self(flags);
        Box::pin(async move { line(making.await) })
    }
}
