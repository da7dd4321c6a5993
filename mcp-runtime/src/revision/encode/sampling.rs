use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::{At, Members, Object, SerializeAt, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::content::Role;
use crate::wire::sampling::{
    Block, CreateMessage, ModelPreferences, SamplingMessage, SamplingTool, ToolResult,
};

impl Members for CreateMessage {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        let preferences = &self.preferences;
        let preferences = (*preferences != ModelPreferences::default()).then_some(preferences);
        object.put("messages", &Messages(revision, &self.messages))?;
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
struct Messages<'a>(Revision, &'a [SamplingMessage]);

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(revision, messages) = *self;
        let mut sequence = serializer.serialize_seq(None)?;
        for SamplingMessage { role, blocks } in messages {
            let at_once = if revision.has(Field::SamplingBlocks) { blocks.len() } else { 1 };
            for blocks in blocks.chunks(at_once.max(1)) {
                sequence.serialize_element(&At(revision, &Message { role: *role, blocks }))?;
            }
        }
        sequence.end()
    }
}

struct Message<'a> {
    role: Role,
    blocks: &'a [Block],
}

impl Members for Message<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        object.put("role", &self.role)?;
        match self.blocks {
            [block] => object.put("content", &At(revision, block))?,
            blocks => object.put("content", &At(revision, blocks))?,
        }
        Ok(())
    }
}

impl SerializeAt for Block {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Content(content) => content.serialize_at(revision, serializer),
            Self::Result(result) => result.serialize_at(revision, serializer),
            Self::Said(block) => block.serialize(serializer),
        }
    }
}

impl Members for ToolResult {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        object.put("type", "tool_result")?;
        object.put("toolUseId", &self.id)?;
        object.put("content", &[At(revision, &self.content)])?;
        object.put_some("isError", self.is_error.then_some(true))
    }
}

impl Members for SamplingTool {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("name", &self.name)?;
        object.put("description", &self.description)?;
        object.put("inputSchema", &self.input_schema)
    }
}
