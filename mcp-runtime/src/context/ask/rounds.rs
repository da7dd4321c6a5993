//! Questions without a session: the call ends with them, and is made again with the answers
//! (basic/patterns/mrtr).
//!
//! The function runs from its start each time. What was answered before is answered at once; the
//! first question that was not is noted here, and the server ends the round with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use super::effects::{Effect, Effects};
use super::{Kind, Question};
use crate::context::Client;

/// Results of a client by the key of their question, as a request brings them.
pub(crate) type Responses = BTreeMap<String, Box<RawValue>>;

/// What earlier rounds leave to the next one. It travels through the client, sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Names the chain of rounds; none before the first has ended.
    pub(crate) id: String,
    answers: BTreeMap<String, Remembered>,
    /// What the last round asked: key and digest.
    asked: BTreeMap<String, String>,
    /// Results of effects, as JSON.
    effects: BTreeMap<String, Box<RawValue>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Remembered {
    digest: String,
    answer: Box<RawValue>,
}

/// The rounds of a call, as far as this one knows them.
#[derive(Debug, Default)]
pub(crate) struct Rounds {
    round: Mutex<Round>,
}

#[derive(Debug, Default)]
struct Round {
    /// None in the first round.
    before: Option<Memory>,
    after: Memory,
    responses: Responses,
    /// How often a key was used in this run.
    uses: HashMap<String, usize>,
    open: Vec<(String, Question)>,
    missing: Vec<Kind>,
    broken: Option<String>,
    running_effects: usize,
    effects: Option<Arc<Effects>>,
}

/// How a round ends.
#[derive(Debug)]
pub(crate) enum RoundEnd {
    /// The client has to answer these, and bring the memory back.
    Ask(Vec<(String, Question)>, Memory),
    /// It would have to be asked what it has not declared.
    Missing(Vec<Kind>),
    /// The function does not do again what it did; the text says where.
    Broken(String),
}

impl Rounds {
    /// A round with what the request has brought; `before` is none in the first.
    pub(crate) fn resumed(
        before: Option<Memory>,
        responses: Responses,
        effects: Arc<Effects>,
    ) -> Self {
        let effects = before.is_some().then_some(effects); // the first round has no name yet
        let after = Memory { asked: BTreeMap::new(), ..before.clone().unwrap_or_default() };
        Self { round: Mutex::new(Round { before, after, responses, effects, ..Round::default() }) }
    }

    /// The answer to a question, if it is there and can be read; else the question is noted.
    pub(super) fn ask<A>(
        &self,
        client: &Client,
        question: &Question,
        read: fn(&RawValue) -> Result<A, String>,
    ) -> Option<A> {
        let digest = question.digest();
        let mut round = self.lock();
        let key = match &question.key {
            Some(key) => round.key(key),
            None => round.key(&format!("{}-{}", question.kind.name(), &digest[..16])),
        };
        if let Some(known) = round.after.answers.get(&key) {
            return match read(&known.answer) {
                Ok(answer) if known.digest == digest => Some(answer),
                _ => round.asks_something_else(&key),
            };
        }
        // With a state a client answers what it was asked; without one we cannot know what it was.
        let asked = match &round.before {
            Some(before) => before.asked.get(&key).map(|asked| *asked == digest),
            None => Some(true),
        };
        if asked == Some(false) {
            return round.asks_something_else(&key);
        }
        if let Some(answer) = round.responses.remove(&key).filter(|_| asked.is_some())
            && let Ok(read) = read(&answer)
        {
            round.after.answers.insert(key, Remembered { digest, answer });
            return Some(read);
        }
        if question.kind.is_declared(client) {
            round.after.asked.insert(key.clone(), digest);
            round.open.push((key, question.clone()));
        } else {
            round.missing.push(question.kind);
        }
        None
    }

    /// How the round ends, now that its function waits; `None` if it waits for something else.
    pub(crate) fn end(&self) -> Option<RoundEnd> {
        let mut round = self.lock();
        if let Some(what) = round.broken.take() {
            return Some(RoundEnd::Broken(what));
        }
        // An effect is not dropped half-way.
        if round.running_effects > 0 {
            return None;
        }
        if !round.missing.is_empty() {
            return Some(RoundEnd::Missing(std::mem::take(&mut round.missing)));
        }
        if round.open.is_empty() {
            return None;
        }
        let open = std::mem::take(&mut round.open);
        Some(RoundEnd::Ask(open, std::mem::take(&mut round.after)))
    }

    /// The name an effect has in this run, and the place of its result, which is there if it ran
    /// before.
    pub(super) fn effect(&self, name: &str) -> (String, Effect) {
        let mut round = self.lock();
        round.running_effects += 1;
        let name = round.key(&format!("once {name}"));
        let effect = match (round.after.effects.get(&name), &round.effects) {
            (Some(result), _) => Arc::new(OnceCell::new_with(Some(result.clone()))),
            (None, Some(effects)) => effects.effect(&round.after.id, &name),
            (None, None) => Effect::default(),
        };
        (name, effect)
    }

    /// An effect that [`effect`](Self::effect) let run has ended, or was dropped.
    pub(super) fn effect_ended(&self, name: &str, result: Option<Box<RawValue>>) {
        let mut round = self.lock();
        round.running_effects = round.running_effects.saturating_sub(1);
        if let Some(result) = result {
            round.after.effects.insert(name.to_owned(), result);
        }
    }

    /// The result of an effect cannot be written as JSON, or not be read from it.
    pub(super) fn effect_unreadable(&self, name: &str) {
        self.lock().broken = Some(format!("the result of `{name}` cannot be kept as JSON"));
    }

    fn lock(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Round {
    /// The key of this use: the n-th use of a name is told apart by its number.
    fn key(&mut self, name: &str) -> String {
        let uses = self.uses.entry(name.to_owned()).or_default();
        *uses += 1;
        if *uses == 1 { name.to_owned() } else { format!("{name}-{uses}") }
    }

    fn asks_something_else<A>(&mut self, key: &str) -> Option<A> {
        self.broken = Some(format!("`{key}` does not ask what it asked before"));
        None
    }
}

impl Question {
    /// Tells questions apart; no protection against anyone, for the state is sealed.
    fn digest(&self) -> String {
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d; // FNV-1a
        let text = self.kind.name().bytes().chain([0]).chain(self.params.get().bytes());
        for byte in text {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
        format!("{hash:032x}")
    }
}
