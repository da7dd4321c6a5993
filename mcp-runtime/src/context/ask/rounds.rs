//! Questions without a session: the call ends with them, and is made again with the answers
//! (basic/patterns/mrtr).
//!
//! The function runs from its start each time. What was answered before is answered at once; what
//! was not is noted here, and the server ends the round with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::digest::digest;
use super::store::OnceStore;
use super::{Answer, AskError, Kind, Question};
use crate::context::Client;
use crate::wire::from_text;

/// Questions that may be open when a round ends.
const QUESTIONS: usize = 256;

/// Bytes of an effect's result, which has to fit into what the client carries.
const RESULT: usize = 64 * 1024;

/// Results of a client by the key of their question, as a request brings them.
pub(crate) type Responses = BTreeMap<String, Box<RawValue>>;

/// What earlier rounds leave to the next one. It travels through the client, sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Memory {
    /// Names the chain of rounds; none before the first has ended.
    pub(crate) id: String,
    /// How many have ended.
    pub(crate) rounds: u32,
    questions: Vec<Asked>,
    /// Results of effects, as JSON.
    effects: BTreeMap<String, Box<RawValue>>,
}

/// A question of an earlier round; without an answer it is one of the last round.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    key: String,
    digest: String,
    answer: Option<Box<RawValue>>,
}

/// One round of a call.
#[derive(Debug, Default)]
pub(super) struct Round {
    memory: Memory,
    /// Whether there was a round before, or the client says so without a state.
    continues: bool,
    responses: Responses,
    /// How often a key was used in this run.
    uses: HashMap<String, usize>,
    last_id: i64,
    open: Vec<Open>,
    /// Why the call cannot go on.
    broken: Option<String>,
    running_effects: usize,
    store: Option<Arc<dyn OnceStore>>,
}

/// A question without an answer.
#[derive(Debug)]
struct Open {
    id: i64,
    key: String,
    digest: String,
    question: Question,
    is_declared: bool,
    /// Dropped with the round: no answer comes to this run.
    _answer: oneshot::Sender<Answer>,
}

/// How a round ends.
#[derive(Debug)]
pub(crate) enum RoundEnd {
    /// The client has to answer these, and bring the memory back.
    Ask(Vec<(String, Question)>, Memory),
    /// It would have to be asked what it has not declared.
    Missing(Vec<Kind>),
    /// The function does not do again what it did, or too much; the text says where.
    Broken(String),
}

/// An effect that begins.
pub(super) struct Effect {
    /// What it is called in this run.
    pub(super) key: String,
    /// Its result, if an earlier round had it.
    pub(super) known: Option<Box<RawValue>>,
    /// Who else may know it, and by what id; nobody in the first round, which has no name yet.
    pub(super) store: Option<(Arc<dyn OnceStore>, String)>,
}

impl Round {
    pub(super) fn resumed(
        memory: Option<Memory>,
        responses: Responses,
        store: Arc<dyn OnceStore>,
    ) -> Self {
        let continues = memory.is_some();
        let store = continues.then_some(store);
        Self { memory: memory.unwrap_or_default(), continues, responses, store, ..Self::default() }
    }

    /// Notes a question, unless its answer is there; where the answer comes out, and the id by
    /// which the question is taken back.
    pub(super) fn ask(
        &mut self,
        client: &Client,
        question: Question,
        readable: &dyn Fn(&RawValue) -> bool,
    ) -> Result<(i64, oneshot::Receiver<Answer>), AskError> {
        let digest = digest([question.kind.name().as_bytes(), question.params.get().as_bytes()]);
        let key = match &question.key {
            Some(key) => self.key(key),
            None => self.key(&format!("{}-{}", question.kind.name(), &digest[..16])),
        };
        let (sender, answer) = oneshot::channel();
        self.last_id += 1;
        let id = self.last_id;
        if let Some(known) = self.answer(&key, &digest, readable) {
            let _ = sender.send(Ok(known)); // the receiver is right here
            return Ok((id, answer));
        }
        if self.open.len() >= QUESTIONS {
            return Err(AskError::TooMany);
        }
        let is_declared = question.kind.is_declared(client);
        self.open.push(Open { id, key, digest, question, is_declared, _answer: sender });
        Ok((id, answer))
    }

    /// The answer to a question, if it is there and can be read. One that cannot is asked for again.
    fn answer(
        &mut self,
        key: &str,
        digest: &str,
        readable: &dyn Fn(&RawValue) -> bool,
    ) -> Option<Box<RawValue>> {
        let asked = self.memory.questions.iter_mut().find(|asked| asked.key == key);
        // With a state a client answers what it was asked; without one we cannot know what it was.
        if asked.is_none() && self.continues {
            return None;
        }
        let known = asked.as_ref().and_then(|asked| asked.answer.clone());
        let was_known = known.is_some();
        let answer = known.or_else(|| self.responses.remove(key)).filter(|answer| readable(answer));
        if asked.as_ref().is_some_and(|asked| asked.digest != digest)
            || (was_known && answer.is_none())
        {
            self.broken = Some(format!("`{key}` does not ask what it asked before"));
            return None;
        }
        let answer = answer?;
        match asked {
            Some(asked) => asked.answer = Some(answer.clone()),
            None => self.memory.questions.push(Asked {
                key: key.to_owned(),
                digest: digest.to_owned(),
                answer: Some(answer.clone()),
            }),
        }
        Some(answer)
    }

    pub(super) fn take_back(&mut self, id: i64) {
        self.open.retain(|open| open.id != id);
    }

    /// How the round ends; `None` while the function waits for something else.
    pub(super) fn end(&mut self) -> Option<RoundEnd> {
        // An effect is not dropped half-way.
        if self.running_effects > 0 {
            return None;
        }
        if let Some(what) = self.broken.take() {
            return Some(RoundEnd::Broken(what));
        }
        let open = std::mem::take(&mut self.open);
        let missing: Vec<_> =
            open.iter().filter(|open| !open.is_declared).map(|open| open.question.kind).collect();
        if !missing.is_empty() {
            return Some(RoundEnd::Missing(missing));
        }
        if open.is_empty() {
            return None;
        }
        let mut memory = std::mem::take(&mut self.memory);
        memory.rounds += 1;
        memory.questions.retain(|asked| asked.answer.is_some());
        let asked = open.into_iter().map(|Open { key, digest, question, .. }| {
            memory.questions.push(Asked { key: key.clone(), digest, answer: None });
            (key, question)
        });
        Some(RoundEnd::Ask(asked.collect(), memory))
    }

    pub(super) fn effect(&mut self, name: &str) -> Effect {
        self.running_effects += 1;
        let key = self.key(&format!("once {name}"));
        let known = self.memory.effects.get(&key).cloned();
        let store = self.store.clone().map(|store| (store, format!("{} {key}", self.memory.id)));
        Effect { key, known, store }
    }

    /// An effect that [`effect`](Self::effect) let begin has ended: with its result as JSON, with
    /// what went wrong, or without either because it was dropped.
    pub(super) fn effect_ended(&mut self, key: &str, result: Option<Result<String, String>>) {
        self.running_effects = self.running_effects.saturating_sub(1);
        let Some(result) = result else { return };
        let result = result.and_then(|json| match json.len() {
            ..=RESULT => from_text(&json).map_err(|error| error.to_string()),
            bytes => Err(format!("{bytes} bytes are more than {RESULT}")),
        });
        match result {
            Ok(json) => _ = self.memory.effects.insert(key.to_owned(), json),
            Err(what) => {
                self.broken = Some(format!("the result of `{key}` cannot be kept: {what}"));
            }
        }
    }

    /// The key of this use: the n-th use of a name is told apart by its number.
    fn key(&mut self, name: &str) -> String {
        loop {
            let uses = self.uses.entry(name.to_owned()).or_default();
            *uses += 1;
            if *uses == 1 {
                return name.to_owned();
            }
            let key = format!("{name}-{uses}");
            // The author may have a name like this.
            if !self.uses.contains_key(&key) {
                self.uses.insert(key.clone(), 1);
                return key;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_whatever_the_author_calls_things() {
        let mut round = Round::default();
        let keys: Vec<_> =
            ["a", "a-2", "a", "a", "a-2", "b"].into_iter().map(|name| round.key(name)).collect();
        assert_eq!(keys, ["a", "a-2", "a-3", "a-4", "a-2-2", "b"]);
    }

    #[test]
    fn there_is_an_end_to_questions_and_to_what_an_effect_gives() {
        let mut round = Round::default();
        let mut ask = || {
            let question = Question::new(Kind::Roots, &serde_json::json!({})).unwrap();
            round.ask(&Client::default(), question, &|_| true)
        };
        for _ in 0..QUESTIONS {
            ask().unwrap();
        }
        assert_eq!(ask().unwrap_err(), AskError::TooMany);

        let mut round = Round::default();
        for (bytes, kept) in [(RESULT, true), (RESULT + 1, false)] {
            let key = round.effect("x").key;
            round.effect_ended(&key, Some(Ok("1".repeat(bytes))));
            assert_eq!(round.broken.is_none(), kept);
        }
        assert!(matches!(round.end(), Some(RoundEnd::Broken(what)) if what.contains("`once x-2`")));
    }
}
