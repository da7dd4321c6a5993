//! Rounds of questions: what a request brings back, and the reply a round ends with
//! (basic/patterns/mrtr).
//!
//! Here is what goes with a reply and comes back with the next request. `seal` keeps it from being
//! read or changed on the way; `random` is what keys and ids are made of.

mod random;
mod seal;

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use seal::Seal;

use crate::context::{Asks, Caller, Context, Memory, Principal, Responses, RoundEnd};
use crate::revision::{At, InputRequired};
use crate::server::reply::{Class, Reply};
use crate::server::{Ended, Service};
use crate::wire::{Code, ErrorObject, Member, Message};

/// How long a client may take for a round.
pub(super) const PATIENCE: Duration = Duration::from_secs(60 * 60);

/// Rounds of one call; who needs more asks in a circle.
const ROUNDS: u32 = 256;

/// Bytes of a state, which the client sends back with the arguments and the next answers.
const STATE: usize = 256 * 1024;

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct State {
    /// In seconds since 1970.
    until: u64,
    memory: Memory,
}

/// What a call knows of its questions when it begins.
pub(super) fn resume(
    service: &Service,
    message: &Message,
    caller: &Caller,
) -> Result<Asks, ErrorObject> {
    if message.raw(Member::InputResponses).is_none() && message.raw(Member::RequestState).is_none()
    {
        return Ok(Asks::default());
    }
    let responses: Responses = message.read(Member::InputResponses)?.unwrap_or_default();
    let memory = match message.text(Member::RequestState)? {
        Some(text) => Some(opened(service, &binding(service, message, caller), &text)?),
        None => None,
    };
    Ok(Asks::resumed(memory, responses, service.once.clone()))
}

fn opened(service: &Service, binding: &[u8], text: &str) -> Result<Memory, ErrorObject> {
    let refused = |what| ErrorObject::new(Code::INVALID_PARAMS, what);
    let sealed = service.seal.open(text, binding);
    let state: State =
        sealed.and_then(|state| serde_json::from_slice(&state).ok()).ok_or_else(|| {
            refused("params.requestState is none of ours, or of another request or caller")
        })?;
    let fresh = state.memory_at(now());
    fresh.ok_or_else(|| refused("params.requestState is too old: make the call without it"))
}

impl State {
    /// What is remembered, unless it is too late.
    fn memory_at(self, now: u64) -> Option<Memory> {
        (now <= self.until).then_some(self.memory)
    }
}

/// The reply with which a round ends.
pub(super) fn reply(service: &Service, context: &Context, name: &str, end: RoundEnd) -> Reply {
    let request = context.request();
    let internal = |name: &str, what: &str| {
        tracing::error!(name, what, "a function that asks cannot go on");
        let what = format!("`{name}` cannot go on: {what}");
        let error = ErrorObject::new(Code::INTERNAL_ERROR, what);
        Reply::error(Class::Answered, Some(&request.id), &error)
    };
    match end {
        RoundEnd::Ask(questions, memory) => {
            let binding = binding(service, &request.message, request.peer.caller());
            let state = match sealed(service, &binding, memory) {
                Ok(state) => state,
                Err(what) => return internal(name, &what),
            };
            let requests = questions
                .iter()
                .map(|(key, question)| (&**key, question.kind.method(), &*question.params))
                .collect();
            let result = InputRequired { requests, state: &state, stamp: service.stamp() };
            Reply::result(&request.id, &At(context.revision(), &result)).ended(Ended::Asked)
        }
        RoundEnd::Missing(kinds) => {
            let mut required = json!({});
            kinds.iter().for_each(|kind| merge(&mut required, kind.required()));
            let what = format!("`{name}` has to ask what the client cannot be asked");
            let error = ErrorObject::new(Code::MISSING_CAPABILITY, what)
                .with_data(json!({ "requiredCapabilities": required }));
            Reply::error(Class::Refused, Some(&request.id), &error)
        }
        RoundEnd::Broken(what) => internal(name, &what),
    }
}

/// What the client brings back, or why there is no next round.
fn sealed(service: &Service, binding: &[u8], mut memory: Memory) -> Result<String, String> {
    if memory.rounds > ROUNDS {
        return Err(format!("it has asked in {ROUNDS} rounds, and that is the limit"));
    }
    const NO_RANDOMNESS: &str = "the system has no randomness to give";
    if memory.id.is_empty() {
        memory.id = random::id().ok_or(NO_RANDOMNESS)?;
    }
    let state = State { until: now() + PATIENCE.as_secs(), memory };
    let state = serde_json::to_vec(&state).map_err(|error| error.to_string())?;
    let sealed = service.seal.seal(state, binding).ok_or(NO_RANDOMNESS)?;
    match sealed.len() {
        ..=STATE => Ok(sealed),
        bytes => Err(format!(
            "what it keeps between rounds, answers and results of `once`, takes {bytes} bytes, \
             and {STATE} is the limit"
        )),
    }
}

/// What a state belongs to: it opens for the same call of the same caller and server only.
fn binding(service: &Service, message: &Message, caller: &Caller) -> Vec<u8> {
    let value = |member| -> Value {
        let raw = message.raw(member).unwrap_or(b"null");
        let mut value: Value = serde_json::from_slice(raw).unwrap_or_default();
        value.sort_all_objects();
        value
    };
    let arguments = match value(Member::Arguments) {
        Value::Null => json!({}),
        arguments => arguments,
    };
    let method = message.method().map(|method| method.as_str());
    let caller = caller.principal().map(Principal::key);
    let (name, uri) = (value(Member::Name), value(Member::Uri));
    let bound = json!([service.info.name, caller, method, name, uri, arguments]);
    bound.to_string().into_bytes()
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert_with(|| json!({})), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_ends() {
        let state = || State { until: 100, memory: Memory::default() };
        assert!(state().memory_at(100).is_some());
        assert!(state().memory_at(101).is_none());
        assert!(now() > 1_700_000_000);
    }

    #[tokio::test]
    async fn an_old_state_is_refused() {
        let service = crate::Server::new("s", "1").build(&()).await.unwrap();
        let call = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#;
        let message = Message::parse(call.to_vec().into()).unwrap();
        let binding = binding(&service, &message, &Caller::Local);
        let open = |until: u64| {
            let state = State { until, memory: Memory::default() };
            let state = serde_json::to_vec(&state).unwrap();
            let sealed = service.seal.seal(state, &binding).unwrap();
            opened(&service, &binding, &sealed).map_err(|error| format!("{error:?}"))
        };
        assert!(open(now() + 1).is_ok());
        let error = open(now() - 1).unwrap_err();
        assert!(error.contains("too old: make the call without it"), "{error}");
    }

    #[test]
    fn capabilities_are_listed_together() {
        let mut required = json!({ "elicitation": { "form": {} } });
        merge(&mut required, json!({ "elicitation": { "url": {} }, "roots": {} }));
        assert_eq!(required, json!({ "elicitation": { "form": {}, "url": {} }, "roots": {} }));
    }
}
