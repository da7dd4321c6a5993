use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::asking::Words;
use super::{Ask, AskError, Kind, Question};
use crate::context::Context;
use crate::revision::{At, Revision};
use crate::wire::content::Role;
use crate::wire::from_text;
use crate::wire::sampling::{
    Block, CreateMessage, IncludeContext, ModelHint, ModelPreferences, SamplingMessage,
    SamplingTool, ToolChoice, ToolUse,
};

/// How long a message may be, unless the author says otherwise.
const MAX_TOKENS: u32 = 1000;

/// What the client's model said. It is a message too, for the next question.
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

    /// The tools it wants to be run; none if it has come to its end.
    pub fn tool_uses(&self) -> Vec<ToolUse> {
        let uses = self.content.iter().filter(|block| block["type"] == "tool_use");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        uses.map(|block| ToolUse {
            id: text(&block["id"]),
            name: text(&block["name"]),
            input: block["input"].clone(),
        })
        .collect()
    }

    /// Every block as it came, for what is more than text.
    pub fn content(&self) -> &[Value] {
        &self.content
    }

    /// The model that said it.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Why it stopped: `endTurn`, `stopSequence`, `maxTokens`, `toolUse`, or what its provider
    /// calls it.
    pub fn stop_reason(&self) -> Option<&str> {
        self.stop_reason.as_deref()
    }
}

impl From<Sampled> for SamplingMessage {
    fn from(sampled: Sampled) -> Self {
        let blocks = sampled.content.into_iter().map(Block::Said).collect();
        Self { role: Role::Assistant, blocks }
    }
}

/// A question to the client's model: what [`Context::sample`] gives.
pub type Sample = Ask<Sampled>;

pub(super) fn sample(context: &Context, messages: Vec<SamplingMessage>) -> Sample {
    let request = CreateMessage {
        messages,
        max_tokens: MAX_TOKENS,
        system_prompt: None,
        temperature: None,
        stop_sequences: Vec::new(),
        preferences: ModelPreferences::default(),
        include_context: None,
        tools: Vec::new(),
        tool_choice: None,
    };
    Ask::new(context, Words::ToModel(Box::new(request)), read)
}

impl Ask<Sampled> {
    /// The most tokens the answer may have; 1000 unless said.
    pub fn max_tokens(self, tokens: u32) -> Self {
        self.with(|request| request.max_tokens = tokens)
    }

    /// What the model is told before the messages; the client may change or drop it.
    pub fn system_prompt(self, prompt: impl Into<String>) -> Self {
        self.with(|request| request.system_prompt = Some(prompt.into()))
    }

    /// How much chance there is in the answer: 0.0 for as little as possible.
    pub fn temperature(self, temperature: f64) -> Self {
        self.with(|request| request.temperature = Some(temperature))
    }

    /// A text behind which the model stops; may be said several times.
    pub fn stop_at(self, text: impl Into<String>) -> Self {
        self.with(|request| request.stop_sequences.push(text.into()))
    }

    /// A model that would suit, or a part of its name; the first said is the best. The client
    /// decides.
    pub fn model(self, name: impl Into<String>) -> Self {
        self.with(|request| request.preferences.hints.push(ModelHint { name: name.into() }))
    }

    /// How much it matters that the model is cheap: 0.0 not at all, 1.0 most.
    pub fn cost_priority(self, priority: f64) -> Self {
        self.with(|request| request.preferences.cost_priority = Some(priority))
    }

    /// How much it matters that the model is quick: 0.0 not at all, 1.0 most.
    pub fn speed_priority(self, priority: f64) -> Self {
        self.with(|request| request.preferences.speed_priority = Some(priority))
    }

    /// How much it matters that the model is clever: 0.0 not at all, 1.0 most.
    pub fn intelligence_priority(self, priority: f64) -> Self {
        self.with(|request| request.preferences.intelligence_priority = Some(priority))
    }

    /// What the client should add to the messages, if it says that it can: the newer revisions
    /// advise against it.
    pub fn include_context(self, context: IncludeContext) -> Self {
        let can = self.context.client().can_include_context();
        self.with(|request| request.include_context = can.then_some(context))
    }

    /// A tool the model may use, with arguments of the type `T`; may be said several times. The
    /// function runs it: see [`Sampled::tool_uses`]. Count the turns, a model need not come to an
    /// end.
    ///
    /// [`Client::can_sample_with_tools`](crate::Client::can_sample_with_tools) tells before whether
    /// the client can.
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, SamplingMessage, ToolChoice, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct City {
    ///     /// Its name
    ///     name: String,
    /// }
    ///
    /// fn weather(city: &City) -> String {
    ///     format!("rain in {}", city.name)
    /// }
    ///
    /// /// Where to go.
    /// #[tool]
    /// async fn advise(ctx: &Context) -> Result<String, AskError> {
    ///     let mut messages = vec![SamplingMessage::user("Paris or London?")];
    ///     for turn in 0..5 {
    ///         let choice = if turn < 4 { ToolChoice::Auto } else { ToolChoice::None };
    ///         let answer = ctx
    ///             .sample(messages.clone())
    ///             .tool::<City>("weather", "The weather of a city")
    ///             .tool_choice(choice)
    ///             .await?;
    ///         let uses = answer.tool_uses();
    ///         if uses.is_empty() {
    ///             return Ok(answer.text());
    ///         }
    ///         let results = uses.iter().map(|tool| match serde_json::from_value(tool.input.clone()) {
    ///             Ok(city) => tool.result(weather(&city)),
    ///             Err(error) => tool.error(error.to_string()),
    ///         });
    ///         let results = SamplingMessage::results(results);
    ///         messages.extend([answer.into(), results]);
    ///     }
    ///     Ok("no idea".to_owned())
    /// }
    /// ```
    pub fn tool<T: JsonSchema>(
        self,
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        let input_schema = SchemaSettings::draft2020_12()
            .with(|settings| settings.meta_schema = None)
            .into_generator()
            .into_root_schema_for::<T>()
            .to_value();
        let (name, description) = (name.into(), description.into());
        self.with(|request| request.tools.push(SamplingTool { name, description, input_schema }))
    }

    /// Whether the model uses tools; unless said, as it likes.
    pub fn tool_choice(self, choice: ToolChoice) -> Self {
        self.with(|request| request.tool_choice = Some(choice))
    }

    fn with(mut self, change: impl FnOnce(&mut CreateMessage)) -> Self {
        if let Words::ToModel(request) = &mut self.words {
            change(request);
        }
        self
    }
}

impl CreateMessage {
    pub(super) fn question(&self, revision: Revision) -> Result<Question, AskError> {
        self.check().map_err(AskError::Question)?;
        let kind = if self.needs_tools() { Kind::SampleWithTools } else { Kind::Sample };
        Question::new(kind, &At(revision, self))
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
    let answer: Answer = from_text(answer.get()).map_err(|error| error.to_string())?;
    let content = match answer.content {
        Value::Array(blocks) => blocks,
        block => vec![block],
    };
    let is_block = |block: &Value| match block["type"].as_str() {
        Some("tool_use") => block["id"].is_string() && block["name"].is_string(),
        kind => kind.is_some(),
    };
    match content.iter().all(is_block) {
        true => Ok(Sampled { model: answer.model, stop_reason: answer.stop_reason, content }),
        false => Err("`content` is no block of content".to_owned()),
    }
}
