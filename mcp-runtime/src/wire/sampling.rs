//! What a client's model is asked (client/sampling).

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::content::{Content, ContentKind, Role};
use super::prompt::PromptMessage;

/// The params of `sampling/createMessage`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateMessage {
    pub(crate) messages: Vec<SamplingMessage>,
    pub(crate) max_tokens: u32,
    pub(crate) system_prompt: Option<String>,
    pub(crate) temperature: Option<f64>,
    pub(crate) stop_sequences: Vec<String>,
    pub(crate) preferences: ModelPreferences,
    pub(crate) include_context: Option<IncludeContext>,
    pub(crate) tools: Vec<SamplingTool>,
    pub(crate) tool_choice: Option<ToolChoice>,
}

impl CreateMessage {
    /// Whether a client without tools for its model would have to refuse it.
    pub(crate) fn needs_tools(&self) -> bool {
        let is_of_tools = |block: &Block| block.use_of().is_some() || block.result_of().is_some();
        !self.tools.is_empty() || self.tool_choice.is_some() || self.blocks().any(is_of_tools)
    }

    /// What the specification says of messages and numbers, and no type does.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_message = |block: &Block| match block {
            Block::Content(content) => matches!(
                content.kind,
                ContentKind::Text(_) | ContentKind::Image { .. } | ContentKind::Audio { .. }
            ),
            Block::Result(_) | Block::Said(_) => true,
        };
        if !self.blocks().all(is_message) {
            let what = "a model is asked with text, images and audio; a message has something else";
            return Err(what.to_owned());
        }
        let preferences = &self.preferences;
        for priority in [
            preferences.cost_priority,
            preferences.speed_priority,
            preferences.intelligence_priority,
        ] {
            if priority.is_some_and(|priority| !(0.0..=1.0).contains(&priority)) {
                return Err("a priority is a number from 0.0 to 1.0".to_owned());
            }
        }
        if self.temperature.is_some_and(|temperature| !temperature.is_finite()) {
            return Err("a temperature is a number".to_owned());
        }
        self.check_results()
    }

    /// The results of a message stand alone, and right behind the uses they are of
    /// (client/sampling, "Message content constraints").
    fn check_results(&self) -> Result<(), String> {
        let mut used = BTreeSet::new();
        for message in &self.messages {
            let given: BTreeSet<_> = message.blocks.iter().filter_map(Block::result_of).collect();
            if !given.is_empty() && message.blocks.iter().any(|block| block.result_of().is_none()) {
                return Err("a message of results has results only".to_owned());
            }
            if let Some(id) = used.symmetric_difference(&given).next() {
                return Err(format!(
                    "the message behind a tool's use has its result, and no other: see `{id}`"
                ));
            }
            used = message.blocks.iter().filter_map(Block::use_of).collect();
        }
        match used.first() {
            Some(id) => Err(format!("the tool use `{id}` has no result")),
            None => Ok(()),
        }
    }

    fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.messages.iter().flat_map(|message| &message.blocks)
    }
}

impl Block {
    fn use_of(&self) -> Option<&str> {
        match self {
            Self::Said(said) if said["type"] == "tool_use" => said["id"].as_str(),
            _ => None,
        }
    }

    fn result_of(&self) -> Option<&str> {
        match self {
            Self::Result(result) => Some(&result.id),
            _ => None,
        }
    }
}

/// One message of a conversation with a model; a [`PromptMessage`](crate::PromptMessage) is one too.
///
/// ```
/// use mcp_runtime::{Content, SamplingMessage};
///
/// let message = SamplingMessage::user("What is this?").and(Content::image(b"\x89PNG", "image/png"));
/// # let _ = message;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SamplingMessage {
    pub(crate) role: Role,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Block {
    Content(Content),
    Result(ToolResult),
    /// What the model said before, as it came.
    Said(Value),
}

impl SamplingMessage {
    /// What the user says.
    pub fn user(content: impl Into<Content>) -> Self {
        PromptMessage::user(content).into()
    }

    /// What the model said, in words of yours; [`Sampled`](crate::Sampled) is such a message too.
    pub fn assistant(content: impl Into<Content>) -> Self {
        PromptMessage::assistant(content).into()
    }

    /// The results of all tools that a message of the model uses.
    pub fn results(results: impl IntoIterator<Item = ToolResult>) -> Self {
        Self { role: Role::User, blocks: results.into_iter().map(Block::Result).collect() }
    }

    /// One more block. Clients of older revisions get it as a message of its own.
    pub fn and(mut self, content: impl Into<Content>) -> Self {
        self.blocks.push(Block::Content(content.into()));
        self
    }
}

impl From<PromptMessage> for SamplingMessage {
    fn from(message: PromptMessage) -> Self {
        Self { role: message.role, blocks: vec![Block::Content(message.content)] }
    }
}

/// A tool a model wants to be run: one of [`Sampled::tool_uses`](crate::Sampled::tool_uses).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolUse {
    /// By what its result is found.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Its arguments; the model may have them wrong.
    pub input: Value,
}

impl ToolUse {
    /// What the tool gave.
    pub fn result(&self, content: impl Into<Content>) -> ToolResult {
        ToolResult { id: self.id.clone(), content: content.into(), is_error: false }
    }

    /// Why it failed, for the model to read.
    pub fn error(&self, content: impl Into<Content>) -> ToolResult {
        ToolResult { is_error: true, ..self.result(content) }
    }
}

/// What a tool gave to a model: see [`ToolUse::result`].
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    pub(crate) id: String,
    pub(crate) content: Content,
    pub(crate) is_error: bool,
}

/// A tool the model may use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SamplingTool {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) input_schema: Value,
}

/// Whether a model uses tools: see [`Sample::tool_choice`](crate::Ask::tool_choice).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the specification has three modes")]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// It has to use one.
    Required,
    /// It must not.
    None,
}

/// What a client adds to the messages: see [`Sample::include_context`](crate::Ask::include_context).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the specification has deprecated it")]
pub enum IncludeContext {
    /// What it has of this server.
    ThisServer,
    /// What it has of every server.
    AllServers,
}

/// What matters when the client chooses a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModelPreferences {
    /// The best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) hints: Vec<ModelHint>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cost_priority: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) speed_priority: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) intelligence_priority: Option<f64>,
}

/// A model, or a part of its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ModelHint {
    pub(crate) name: String,
}
