use std::borrow::Cow;

use serde_json::value::RawValue;

use super::content::{Content, Role};
use super::icon::Icon;

/// A prompt as `prompts/list` shows it.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub(crate) name: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) arguments: Vec<PromptArgument>,
    pub(crate) icons: &'static [Icon],
    pub(crate) meta: Option<Box<RawValue>>,
}

/// An argument of a prompt; on the wire its value is a string.
#[derive(Debug)]
pub(crate) struct PromptArgument {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
}

/// One message of a prompt (server/prompts, "PromptMessage").
///
/// ```
/// use mcp_runtime::PromptMessage;
///
/// let messages = [PromptMessage::user("Review this."), PromptMessage::assistant("Which part?")];
/// # assert_eq!(messages.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PromptMessage {
    pub(crate) role: Role,
    pub(crate) content: Content,
}

impl PromptMessage {
    /// What the user says.
    pub fn user(content: impl Into<Content>) -> Self {
        Self { role: Role::User, content: content.into() }
    }

    /// What the assistant says.
    pub fn assistant(content: impl Into<Content>) -> Self {
        Self { role: Role::Assistant, content: content.into() }
    }
}

/// What a prompt gives: its messages (server/prompts, "Getting a prompt").
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GetPromptResult {
    pub(crate) description: Option<Cow<'static, str>>,
    pub(crate) messages: Vec<PromptMessage>,
}

impl GetPromptResult {
    /// A result of messages.
    pub fn new(messages: impl IntoIterator<Item = PromptMessage>) -> Self {
        Self { description: None, messages: messages.into_iter().collect() }
    }

    /// What these messages, with their arguments filled in, are for.
    pub fn description(self, description: impl Into<Cow<'static, str>>) -> Self {
        Self { description: Some(description.into()), ..self }
    }
}
