use std::borrow::Cow;
use std::task::{self, Poll};
use std::time::Duration;

use serde_json::value::RawValue;

use super::session::Open;
use super::{AskError, Question};
use crate::context::Context;
use crate::revision::Revision;

/// How long a person may think, unless the author says otherwise.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A question and the wait for its answer: what all the futures of this module are inside.
pub(super) struct Asking<A> {
    context: Context,
    key: Option<Cow<'static, str>>,
    read: fn(&RawValue) -> Result<A, String>,
    patience: Duration,
    put: Put<A>,
}

/// Where the question went.
enum Put<A> {
    Nowhere,
    ToSession(Open),
    /// The round has an answer, or ends without.
    IntoRound(Option<A>),
    Over,
}

/// An answer is moved out, never pinned.
impl<A> Unpin for Asking<A> {}

impl<A> Asking<A> {
    pub(super) fn new(context: &Context, read: fn(&RawValue) -> Result<A, String>) -> Self {
        Self { context: context.clone(), key: None, read, patience: PATIENCE, put: Put::Nowhere }
    }

    pub(super) fn revision(&self) -> Revision {
        self.context.revision()
    }

    pub(super) fn is_put(&self) -> bool {
        !matches!(self.put, Put::Nowhere)
    }

    pub(super) fn key(&mut self, key: Cow<'static, str>) {
        self.key = Some(key);
    }

    pub(super) fn timeout(&mut self, patience: Duration) {
        self.patience = patience;
    }
}

impl<A> Asking<A> {
    /// Puts the question: once, before it is polled.
    pub(super) fn put(&mut self, question: Question) -> Result<(), AskError> {
        let question = Question { key: self.key.take(), ..question };
        let context = &self.context;
        self.put = if context.revision().facts().asks_in_rounds {
            let rounds = context.request().asks.rounds();
            Put::IntoRound(rounds.ask(context.client(), &question, self.read))
        } else {
            Put::ToSession(Open::send(context, &question, self.patience)?)
        };
        Ok(())
    }

    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<A, AskError>> {
        let answer = match std::mem::replace(&mut self.put, Put::Over) {
            Put::IntoRound(Some(answer)) => return Poll::Ready(Ok(answer)),
            Put::Nowhere | Put::IntoRound(None) | Put::Over => return Poll::Pending,
            Put::ToSession(mut open) => match open.poll(cx) {
                Poll::Ready(answer) => answer,
                Poll::Pending => {
                    self.put = Put::ToSession(open);
                    return Poll::Pending;
                }
            },
        };
        Poll::Ready(answer.and_then(|answer| (self.read)(&answer).map_err(AskError::Malformed)))
    }
}

/// What the futures of this module have in common: a key, a timeout, and being a future.
macro_rules! asking {
    ($name:ident $(<$parameter:ident>)? => $answer:ty) => {
        impl $(<$parameter>)? $name $(<$parameter>)? {
            /// Names the question within its call, for clients that are asked in rounds; they see
            /// the name. Without one it is a digest of what is asked.
            pub fn key(mut self, key: impl Into<std::borrow::Cow<'static, str>>) -> Self {
                self.asking.key(key.into());
                self
            }

            /// How long to wait for the answer in a session; 10 minutes unless said. The call's
            /// own timeout rests meanwhile.
            pub fn timeout(mut self, limit: std::time::Duration) -> Self {
                self.asking.timeout(limit);
                self
            }
        }

        impl $(<$parameter>)? Future for $name $(<$parameter>)? {
            type Output = Result<$answer, AskError>;

            fn poll(
                mut self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Self::Output> {
                if !self.asking.is_put() {
                    let question = self.question()?;
                    self.asking.put(question)?;
                }
                self.asking.poll(cx)
            }
        }

        impl $(<$parameter>)? std::fmt::Debug for $name $(<$parameter>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use asking;
