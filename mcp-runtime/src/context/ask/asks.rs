//! What a call knows of its questions, however they are carried.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{self, Waker};

use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::rounds::{Effect, Memory, Responses, Round, RoundEnd};
use super::session::{self, Port};
use super::store::OnceStore;
use super::{AskError, Question};
use crate::context::{Context, Voice, unpoisoned};

/// The `result` of the client's response, or its error.
pub(crate) type Answer = Result<Box<RawValue>, AskError>;

/// The questions of one call.
///
/// They may be put by another task than the one that runs the call, and outlive it; then they get
/// no answer.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    /// The session, if the call has one.
    port: OnceLock<Arc<dyn Port>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Requests to the client that wait for their response.
    open: Vec<i64>,
    /// The round, once it has asked or been told something.
    round: Option<Box<Round>>,
    /// Who runs the call, for questions of other tasks.
    waker: Option<Waker>,
    ended: bool,
}

impl Asks {
    /// A call that was begun before, or brings answers; no memory in its first round.
    pub(crate) fn resumed(
        memory: Option<Memory>,
        responses: Responses,
        store: Arc<dyn OnceStore>,
    ) -> Self {
        let round = Some(Box::new(Round::resumed(memory, responses, store)));
        Self { state: Mutex::new(State { round, ..State::default() }), ..Self::default() }
    }

    /// Lets the call ask in a session; before its function is polled.
    pub(crate) fn connect(&self, port: Arc<dyn Port>) {
        let _ = self.port.set(port); // a call belongs to one session
    }

    /// Whether a client is thinking.
    pub(crate) fn are_open(&self) -> bool {
        !self.lock().open.is_empty()
    }

    /// How the round ends, now that its function waits; `None` if it waits for something else.
    pub(crate) fn round_end(&self, cx: &task::Context<'_>) -> Option<RoundEnd> {
        let mut state = self.lock();
        match &mut state.waker {
            Some(known) => known.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        let end = state.round.as_mut()?.end()?;
        state.ended = true;
        Some(end)
    }

    /// The call has ended: what is still asked is taken back.
    pub(crate) fn end(&self, voice: &Voice) {
        let mut state = self.lock();
        state.ended = true;
        state.waker = None;
        state.round = None;
        for id in std::mem::take(&mut state.open) {
            self.withdraw(id, voice);
        }
    }

    /// Puts a question: its id, and where the answer comes out.
    pub(super) fn put(
        &self,
        context: &Context,
        question: Question,
        readable: &dyn Fn(&RawValue) -> bool,
    ) -> Result<(i64, oneshot::Receiver<Answer>), AskError> {
        let mut state = self.lock();
        if state.ended {
            return Err(AskError::NoStream);
        }
        if context.revision().facts().asks_in_rounds {
            let asked = state.round().ask(context.client(), question, readable);
            state.wake();
            return asked;
        }
        let port = match self.port.get() {
            Some(port) if context.request().peer.has_stream() => port,
            _ => return Err(AskError::NoStream),
        };
        if !question.kind.is_declared(context.client()) {
            return Err(AskError::Unsupported(question.kind.capability()));
        }
        let (id, answer) = port.expect().ok_or(AskError::TooMany)?;
        tracing::debug!(method = question.kind.method(), id, "asking the client");
        if !context.voice().ask(id, session::request(id, &question)) {
            port.forget(id);
            return Err(AskError::NoStream); // the call has its reply already
        }
        state.open.push(id);
        Ok((id, answer))
    }

    /// Takes a question back, unless it was answered.
    pub(super) fn take_back(&self, id: i64, voice: &Voice) {
        let mut state = self.lock();
        if let Some(round) = &mut state.round {
            round.take_back(id);
        }
        if let Some(at) = state.open.iter().position(|open| *open == id) {
            state.open.remove(at);
            self.withdraw(id, voice);
        }
    }

    /// Takes a request back: one that was not sent is not, of one that was the client is told
    /// (basic/utilities/cancellation). Nothing is left to do if it was answered.
    fn withdraw(&self, id: i64, voice: &Voice) {
        if self.port.get().is_some_and(|port| port.forget(id)) {
            voice.retract(id, || session::cancelled(id));
        }
    }

    /// An effect begins: until its end the round does not end.
    pub(super) fn effect(&self, name: &str) -> Effect {
        self.lock().round().effect(name)
    }

    /// An effect has ended, or was dropped; how it went, if it ran or was known.
    pub(super) fn effect_ended(&self, key: &str, result: Option<Result<String, String>>) {
        let mut state = self.lock();
        if let Some(round) = &mut state.round {
            round.effect_ended(key, result);
        }
        state.wake();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        unpoisoned(self.state.lock())
    }
}

impl State {
    fn round(&mut self) -> &mut Round {
        self.round.get_or_insert_default()
    }

    fn wake(&self) {
        if let Some(waker) = &self.waker {
            waker.wake_by_ref();
        }
    }
}
