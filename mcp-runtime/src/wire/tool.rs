use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::content::Content;
use super::icon::Icon;
use super::schema::Schema;

/// A tool as `tools/list` shows it.
#[derive(Debug)]
pub(crate) struct Tool<'a> {
    pub(crate) name: &'static str,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) schemas: &'a Schemas,
    pub(crate) annotations: ToolAnnotations,
    pub(crate) icons: &'static [Icon],
    pub(crate) meta: Option<Box<RawValue>>,
}

/// A tool that says what it takes and gives, once it is asked for it: a large server starts sooner, and one that
/// nobody asks never makes its schemas.
pub(crate) trait Described: Send + Sync {
    fn name(&self) -> &'static str;

    fn schemas(&self) -> &Schemas;
}

/// What a tool takes and gives, and what follows from that.
#[derive(Debug)]
pub(crate) struct Schemas {
    pub(crate) input: Schema,
    pub(crate) output: Option<Schema>,
    /// What clients repeat in headers where a request describes itself.
    pub(crate) mirrored: Vec<Mirrored>,
    /// Structured content is sent as `{"result": value}`, because clients drop servers whose
    /// structured content is no object.
    pub(crate) wraps_output: bool,
}

/// An argument that is repeated in a header, for proxies to route by (streamable-http, "Custom headers").
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mirrored {
    /// The header's name, in lower case.
    pub(crate) header: String,
    /// Members from the arguments down to the value.
    pub(crate) path: Vec<String>,
}

/// Hints on what a tool does; a client must not trust them (server/tools, "Tool").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolAnnotations {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_only_hint: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destructive_hint: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotent_hint: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) open_world_hint: Option<bool>,
}

/// What a tool call gives (server/tools, "Tool result").
///
/// Most functions return a plain value instead; this is for those that say more.
///
/// ```
/// use mcp_runtime::{CallToolResult, Content};
///
/// let result = CallToolResult::new([Content::text("done")]).meta("example.com/cost", 3);
/// # let _ = result;
/// ```
#[derive(Debug, Clone, Default)]
pub struct CallToolResult {
    pub(crate) content: Vec<Content>,
    /// JSON without blocks beside it: the text block that mirrors it is written with it.
    pub(crate) structured: Option<Box<RawValue>>,
    pub(crate) is_error: bool,
    pub(crate) meta: Map<String, Value>,
}

impl CallToolResult {
    /// A result of blocks.
    pub fn new(content: impl IntoIterator<Item = impl Into<Content>>) -> Self {
        Self { content: content.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// A failure the model can read and act on.
    pub fn error(content: impl IntoIterator<Item = impl Into<Content>>) -> Self {
        Self { is_error: true, ..Self::new(content) }
    }

    /// A member of the result's `_meta`.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }
}
