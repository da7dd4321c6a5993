use std::fmt;

use serde_json::{Value, json};

/// What a test's client says to a question of a function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// The result, for example `{"action": "accept", "content": {"sure": true}}`.
    Result(Value),
    /// An error.
    Refusal {
        /// Its code.
        code: i64,
        /// What it says.
        message: String,
    },
    /// Nothing now: the question is among [`Client::notifications`](super::Client::notifications).
    Later,
}

impl From<Value> for Answer {
    fn from(result: Value) -> Self {
        Self::Result(result)
    }
}

type Respond = dyn Fn(&str, &Value) -> Answer + Send + Sync;

/// What a client declares, and how it answers.
pub(super) struct Answering {
    pub(super) capabilities: Value,
    respond: Option<Box<Respond>>,
}

impl Answering {
    pub(super) fn nothing() -> Self {
        Self { capabilities: json!({}), respond: None }
    }

    pub(super) fn new(
        capabilities: Value,
        respond: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self { capabilities, respond: Some(Box::new(respond)) }
    }

    /// The response to a message that is a question.
    pub(super) fn respond(&self, message: &Value) -> Option<Value> {
        let (id, method) = (message.get("id")?, message.get("method")?.as_str()?);
        Some(match self.answer(method, &message["params"]) {
            Answer::Result(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
            Answer::Refusal { code, message } => {
                let error = json!({ "code": code, "message": message });
                json!({ "jsonrpc": "2.0", "id": id, "error": error })
            }
            Answer::Later => return None,
        })
    }

    /// The answers to a result that asks for input; none if it does not, or nothing is answered.
    pub(super) fn responses(&self, result: &Value) -> Option<Value> {
        let requests = result.get("inputRequests")?.as_object()?;
        let answer =
            |request: &Value| match self.answer(request["method"].as_str()?, &request["params"]) {
                Answer::Result(result) => Some(result),
                _ => None,
            };
        let responses: serde_json::Map<_, _> = requests
            .iter()
            .filter_map(|(key, request)| Some((key.clone(), answer(request)?)))
            .collect();
        (!responses.is_empty()).then_some(Value::Object(responses))
    }

    pub(super) fn answer(&self, method: &str, params: &Value) -> Answer {
        self.respond.as_ref().map_or(Answer::Later, |respond| respond(method, params))
    }
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answering")
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}
