//! What may be offered while somebody types an argument: `#[complete(..)]`.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::sync::Arc;

use super::call::Call;
use super::definition::Need;
use super::error::ToolError;
use super::fault::Fault;
use super::run::BoxFuture;
use super::state::State;

/// How one argument is completed: a plain `fn` pointer, so that a definition is a constant.
#[derive(Clone, Copy)]
pub struct Completer {
    pub(crate) argument: &'static str,
    pub(crate) make: fn() -> Completing,
}

/// What completes an argument, its type forgotten.
pub struct Completing {
    pub(crate) needs: Vec<Need>,
    pub(crate) run: Arc<dyn Fn(Call) -> BoxFuture<CompletionOutcome> + Send + Sync>,
}

pub type CompletionOutcome = Result<Vec<String>, Fault>;

impl Completer {
    pub const fn new(argument: &'static str, make: fn() -> Completing) -> Self {
        Self { argument, make }
    }
}

impl fmt::Debug for Completer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Completer({})", self.argument)
    }
}

impl fmt::Debug for Completing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completing").field("needs", &self.needs).finish_non_exhaustive()
    }
}

/// What can stand in `#[complete(..)]`. `Marker` only tells the kinds apart for the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot complete an argument",
    label = "neither a list of texts nor a function that makes one",
    note = "a function takes state by reference, then what is typed so far as `&str`, then, if it likes, the arguments given already as `&HashMap<String, String>`",
    note = "it returns a `Vec<String>` or a `Result` of one, and is sync or async"
)]
pub trait Complete<Marker>: Copy + Send + Sync + 'static {
    fn complete(self, call: Call) -> BoxFuture<CompletionOutcome>;

    fn needs() -> Vec<Need> {
        Vec::new()
    }
}

/// Generated code asks for the trait here only, so that what lacks it is one error.
pub fn completing<M, C: Complete<M>>(completer: C) -> Completing {
    Completing { needs: C::needs(), run: Arc::new(move |call| completer.complete(call)) }
}

/// The values that begin with what is typed so far; case does not count.
pub(crate) fn beginning<'a>(
    values: impl IntoIterator<Item = &'a str>,
    partial: &str,
) -> Vec<String> {
    let partial = partial.to_lowercase();
    let fits = |value: &&str| value.to_lowercase().starts_with(&partial);
    values.into_iter().filter(fits).map(str::to_owned).collect()
}

/// A list, of which what is typed is the beginning.
#[derive(Debug)]
pub struct List;

impl<const N: usize> Complete<List> for [&'static str; N] {
    fn complete(self, call: Call) -> BoxFuture<CompletionOutcome> {
        Box::pin(std::future::ready(Ok(beginning(self, call.partial()))))
    }
}

impl Complete<List> for &'static [&'static str] {
    fn complete(self, call: Call) -> BoxFuture<CompletionOutcome> {
        Box::pin(std::future::ready(Ok(beginning(self.iter().copied(), call.partial()))))
    }
}

/// What a function returns.
pub trait Values: Send + 'static {
    fn values(self) -> CompletionOutcome;
}

impl<T: Into<String> + Send + 'static> Values for Vec<T> {
    fn values(self) -> CompletionOutcome {
        Ok(self.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<String> + Send + 'static, E: Display + Send + 'static> Values for Result<Vec<T>, E> {
    fn values(self) -> CompletionOutcome {
        match self {
            Ok(values) => values.values(),
            Err(error) => Err(ToolError::new(format!("{error:#}")).into()),
        }
    }
}

/// Marks functions that return a future.
#[derive(Debug)]
pub struct Async;

/// One sync and one async kind of function for each list of parameters.
macro_rules! functions {
    ($($asynchronous:ident: ($($state:ident $at:ident),*) $(given: $given:ident)?;)*) => {$(
        impl<F, R, $($state,)*> Complete<fn($(&$state,)* &str $(, &$given<String, String>)?) -> R> for F
        where
            F: Fn($(&$state,)* &str $(, &$given<String, String>)?) -> R + Copy + Send + Sync + 'static,
            R: Values,
            $($state: State,)*
        {
            fn complete(self, call: Call) -> BoxFuture<CompletionOutcome> {
                // It may block, and nobody types fast enough to notice the thread.
                let running = tokio::task::spawn_blocking(move || {
                    self($(call.state::<$state>(),)* call.partial() $(, &call.given() as &$given<String, String>)?).values()
                });
                Box::pin(async move { running.await.unwrap_or_else(|error| Err(Fault::internal(error))) })
            }

            fn needs() -> Vec<Need> {
                vec![$(Need::of::<$state>()),*]
            }
        }

        /// An async function of these parameters, its future boxed.
        #[doc(hidden)]
        pub trait $asynchronous<'a, $($state: 'a,)*>: Copy + Send + Sync + 'static {
            type Values: Values;
            fn start(
                self,
                $($at: &'a $state,)*
                partial: &'a str
                $(, given: &'a $given<String, String>)?
            ) -> std::pin::Pin<Box<dyn Future<Output = Self::Values> + Send + 'a>>;
        }

        impl<'a, F, Fut, $($state: 'a,)*> $asynchronous<'a, $($state,)*> for F
        where
            F: Fn($(&'a $state,)* &'a str $(, &'a $given<String, String>)?) -> Fut + Copy + Send + Sync + 'static,
            Fut: Future<Output: Values> + Send + 'a,
        {
            type Values = Fut::Output;

            fn start(
                self,
                $($at: &'a $state,)*
                partial: &'a str
                $(, given: &'a $given<String, String>)?
            ) -> std::pin::Pin<Box<dyn Future<Output = Self::Values> + Send + 'a>> {
                $(let given: &'a $given<String, String> = given;)?
                Box::pin(self($($at,)* partial $(, given as &'a $given<String, String>)?))
            }
        }

        impl<F, V, $($state,)*> Complete<(Async, fn($(&$state,)* &str $(, &$given<String, String>)?) -> V)> for F
        where
            F: for<'a> $asynchronous<'a, $($state,)* Values = V>,
            V: Values,
            $($state: State,)*
        {
            fn complete(self, call: Call) -> BoxFuture<CompletionOutcome> {
                Box::pin(async move {
                    $(let given: $given<String, String> = call.given();)?
                    self.start($(call.state::<$state>(),)* call.partial() $(, &given as &$given<String, String>)?).await.values()
                })
            }

            fn needs() -> Vec<Need> {
                vec![$(Need::of::<$state>()),*]
            }
        }
    )*};
}

functions! {
    Start0: ();
    Start1: (A a);
    Start2: (A a, B b);
    StartGiven0: () given: HashMap;
    StartGiven1: (A a) given: HashMap;
    StartGiven2: (A a, B b) given: HashMap;
}
