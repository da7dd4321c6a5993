use std::{io, slice};

use super::{At, EncodeAt, Members, Object, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::content::Role;
use crate::wire::sampling::{
    Block, CreateMessage, ModelPreferences, SamplingMessage, SamplingTool, ToolResult,
};
use crate::wire::{Encode, Line};

impl Members for CreateMessage {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        let preferences = &self.preferences;
        let preferences = (*preferences != ModelPreferences::default()).then_some(preferences);
        object.nest("messages", &Messages(&self.messages))?;
        object.put("maxTokens", &self.max_tokens)?;
        object.put_some("systemPrompt", self.system_prompt.as_ref())?;
        object.put_some("temperature", self.temperature)?;
        object.put_some("stopSequences", some(&self.stop_sequences))?;
        object.put_some("modelPreferences", preferences)?;
        object.put_some("includeContext", self.include_context)?;
        let tools = some(&self.tools).map(|tools| At(revision, tools));
        object.put_if(Field::SamplingTools, "tools", tools)?;
        object.put_if(Field::SamplingTools, "toolChoice", self.tool_choice)
    }
}

/// Messages; where a message has one block only, one of several is several.
struct Messages<'a>(&'a [SamplingMessage]);

impl EncodeAt for Messages<'_> {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        let parts = self.0.iter().flat_map(|SamplingMessage { role, blocks }| {
            let at_once = if revision.has(Field::SamplingBlocks) { blocks.len() } else { 1 };
            blocks.chunks(at_once.max(1)).map(|blocks| Message { role: *role, blocks })
        });
        parts.collect::<Vec<_>>().encode_at(revision, line)
    }
}

struct Message<'a> {
    role: Role,
    blocks: &'a [Block],
}

impl Members for Message<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put("role", &self.role)?;
        match self.blocks {
            [block] => object.nest("content", block)?,
            blocks => object.nest("content", blocks)?,
        }
        Ok(())
    }
}

impl EncodeAt for Block {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        match self {
            Self::Content(content) => content.encode_at(revision, line),
            Self::Result(result) => result.encode_at(revision, line),
            Self::Said(block) => block.encode(line),
        }
    }
}

impl Members for ToolResult {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("type", "tool_result")?;
        object.text("toolUseId", &self.id)?;
        object.nest("content", slice::from_ref(&self.content))?;
        object.put_some("isError", self.is_error.then_some(true))
    }
}

impl Members for SamplingTool {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("name", &self.name)?;
        object.text("description", &self.description)?;
        object.put("inputSchema", &self.input_schema)
    }
}
