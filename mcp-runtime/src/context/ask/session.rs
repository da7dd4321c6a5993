//! Questions of a session: requests of ours, and the client's responses to them.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{self, Poll};
use std::time::Duration;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio::time::Sleep;

use super::rounds::{RoundEnd, Rounds};
use super::{AskError, Question};
use crate::context::{Context, notification};

/// The `result` of the client's response, or its error.
pub(crate) type Answer = Result<Box<RawValue>, AskError>;

/// Where a session notes which answers are to come.
pub(crate) trait Port: fmt::Debug + Send + Sync {
    /// An id for a new request, and where its answer comes out; `None` if too many are open.
    fn expect(&self) -> Option<(i64, oneshot::Receiver<Answer>)>;

    /// The answer is not waited for any more.
    fn forget(&self, id: i64);
}

/// What a call knows of its questions.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    port: OnceLock<Arc<dyn Port>>,
    open: AtomicUsize,
    rounds: OnceLock<Box<Rounds>>,
}

impl Asks {
    /// A call that was begun before and brings answers.
    pub(crate) fn resumed(rounds: Rounds) -> Self {
        Self { rounds: OnceLock::from(Box::new(rounds)), ..Self::default() }
    }

    /// The rounds of the call, which are the first's if it has brought nothing.
    pub(super) fn rounds(&self) -> &Rounds {
        self.rounds.get_or_init(Box::default)
    }

    /// How the round ends, if its function waits for an answer.
    pub(crate) fn round_end(&self) -> Option<RoundEnd> {
        self.rounds.get()?.end()
    }

    /// Lets the call ask; before its function is polled.
    pub(crate) fn connect(&self, port: Arc<dyn Port>) {
        let _ = self.port.set(port); // a call belongs to one session
    }

    /// Whether an answer is waited for.
    pub(crate) fn are_open(&self) -> bool {
        self.open.load(Ordering::Acquire) > 0
    }
}

/// A request that is on its way to the client. Dropping it takes the question back.
pub(super) struct Open {
    context: Context,
    port: Arc<dyn Port>,
    id: i64,
    answer: oneshot::Receiver<Answer>,
    limit: Duration,
    sleep: Pin<Box<Sleep>>,
    answered: bool,
}

impl Open {
    pub(super) fn send(
        context: &Context,
        question: &Question,
        limit: Duration,
    ) -> Result<Self, AskError> {
        #[derive(Serialize)]
        struct Request<'a> {
            jsonrpc: &'static str,
            id: i64,
            method: &'static str,
            params: &'a RawValue,
        }
        let request = context.request();
        let port = match request.asks.port.get() {
            Some(port) if request.peer.has_stream() => port.clone(),
            _ => return Err(AskError::NoStream),
        };
        if !question.kind.is_declared(context.client()) {
            return Err(AskError::Unsupported(question.kind.capability()));
        }
        let (id, answer) = port.expect().ok_or(AskError::TooMany)?;
        let method = question.kind.method();
        tracing::debug!(method, id, key = question.key.as_deref(), "asking the client");
        let frame =
            serde_json::to_vec(&Request { jsonrpc: "2.0", id, method, params: &question.params });
        request.asks.open.fetch_add(1, Ordering::AcqRel);
        let sleep = Box::pin(tokio::time::sleep(limit));
        let context = context.clone();
        let open = Self { context, port, id, answer, limit, sleep, answered: false };
        // Strings and JSON: writing them cannot fail.
        if !open.context.request().voice.ask(id, frame.unwrap_or_default()) {
            return Err(AskError::NoStream); // the call has its reply already
        }
        Ok(open)
    }

    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Answer> {
        if let Poll::Ready(answer) = Pin::new(&mut self.answer).poll(cx) {
            self.answered = true;
            // The sender goes without an answer only with its session.
            return Poll::Ready(answer.unwrap_or(Err(AskError::NoStream)));
        }
        self.sleep.as_mut().poll(cx).map(|()| Err(AskError::TimedOut(self.limit)))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Cancelled {
            request_id: i64,
            reason: &'static str,
        }
        let request = self.context.request();
        request.asks.open.fetch_sub(1, Ordering::AcqRel);
        if self.answered {
            return;
        }
        self.port.forget(self.id);
        request.voice.retract(self.id, || {
            let reason = "the answer is not needed any more";
            notification("notifications/cancelled", &Cancelled { request_id: self.id, reason })
        });
    }
}
