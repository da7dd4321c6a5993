use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::asking::{Asking, asking};
use super::{AskError, Kind, Question};
use crate::context::Context;
use crate::revision::{At, CreateMessage};
use crate::wire::content::ContentKind;
use crate::wire::prompt::PromptMessage;

/// How long a message may be, unless the author says otherwise.
const MAX_TOKENS: u32 = 1000;

/// What the client's model said.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    model: String,
    stop_reason: Option<String>,
    content: Vec<Value>,
}

impl Sampled {
    /// Its text blocks, joined by line breaks.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|block| block["text"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Every block as it came, for what is more than text.
    pub fn content(&self) -> &[Value] {
        &self.content
    }

    /// The model that said it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Why it stopped: `endTurn`, `stopSequence`, `maxTokens`, or what its provider calls it.
    pub fn stop_reason(&self) -> Option<&str> {
        self.stop_reason.as_deref()
    }
}

/// A question to the client's model: what [`Context::sample`] gives.
#[must_use = "nothing is asked unless it is awaited"]
pub struct Sample {
    asking: Asking<Sampled>,
    request: Request,
}

struct Request {
    messages: Vec<PromptMessage>,
    max_tokens: u32,
    system_prompt: Option<String>,
    temperature: Option<f64>,
    stop_sequences: Vec<String>,
    models: Vec<String>,
}

asking!(Sample => Sampled);

impl Sample {
    pub(super) fn new(context: &Context, messages: Vec<PromptMessage>) -> Self {
        let request = Request {
            messages,
            max_tokens: MAX_TOKENS,
            system_prompt: None,
            temperature: None,
            stop_sequences: Vec::new(),
            models: Vec::new(),
        };
        Self { asking: Asking::new(context, read), request }
    }

    /// The most tokens the answer may have; 1000 unless said.
    pub fn max_tokens(mut self, tokens: u32) -> Self {
        self.request.max_tokens = tokens;
        self
    }

    /// What the model is told before the messages; the client may change or drop it.
    pub fn system_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.request.system_prompt = Some(prompt.into());
        self
    }

    /// How much chance there is in the answer: 0.0 for as little as possible.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.request.temperature = Some(temperature);
        self
    }

    /// A text behind which the model stops; may be said several times.
    pub fn stop_at(mut self, text: impl Into<String>) -> Self {
        self.request.stop_sequences.push(text.into());
        self
    }

    /// A model that would suit, or a part of its name; the first said is the best. The client
    /// decides.
    pub fn model(mut self, name: impl Into<String>) -> Self {
        self.request.models.push(name.into());
        self
    }

    fn question(&self) -> Result<Question, AskError> {
        let Request { messages, max_tokens, system_prompt, temperature, stop_sequences, models } =
            &self.request;
        let is_message = |kind: &ContentKind| {
            matches!(
                kind,
                ContentKind::Text(_) | ContentKind::Image { .. } | ContentKind::Audio { .. }
            )
        };
        if !messages.iter().all(|message| is_message(&message.content.kind)) {
            let what = "a model is asked with text, images and audio; a message has something else";
            return Err(AskError::Question(what.to_owned()));
        }
        let params = CreateMessage {
            messages,
            max_tokens: *max_tokens,
            system_prompt: system_prompt.as_deref(),
            temperature: *temperature,
            stop_sequences,
            models,
        };
        Question::new(Kind::Sample, &At(self.asking.revision(), &params))
    }
}

fn read(answer: &RawValue) -> Result<Sampled, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        content: Value,
        #[serde(default)]
        model: String,
        stop_reason: Option<String>,
    }
    let answer: Answer = serde_json::from_str(answer.get()).map_err(|error| error.to_string())?;
    let content = match answer.content {
        Value::Array(blocks) => blocks,
        block => vec![block],
    };
    match content.iter().all(|block| block["type"].is_string()) {
        true => Ok(Sampled { model: answer.model, stop_reason: answer.stop_reason, content }),
        false => Err("`content` is no block of content".to_owned()),
    }
}
