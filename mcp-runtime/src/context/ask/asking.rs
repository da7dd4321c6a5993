use std::borrow::Cow;
use std::task::{self, Poll, ready};
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
    open: Option<Open>,
}

impl<A> Asking<A> {
    pub(super) fn new(context: &Context, read: fn(&RawValue) -> Result<A, String>) -> Self {
        Self { context: context.clone(), key: None, read, patience: PATIENCE, open: None }
    }

    pub(super) fn revision(&self) -> Revision {
        self.context.revision()
    }

    pub(super) fn is_put(&self) -> bool {
        self.open.is_some()
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
        self.open = Some(Open::send(&self.context, &question, self.patience)?);
        Ok(())
    }

    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<A, AskError>> {
        let Some(open) = &mut self.open else { return Poll::Pending };
        let answer = ready!(open.poll(cx));
        self.open = None;
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

            /// How long to wait for the answer; 10 minutes unless said. The call's own timeout
            /// rests meanwhile.
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
