use std::io;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::content::Located;
use super::{At, EncodeAt, Members, Object, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::Text;
use crate::wire::cache::CacheHint;
use crate::wire::initialize::{Implementation, ServerCapabilities};
use crate::wire::prompt::GetPromptResult;
use crate::wire::resource::ResourceContents;
use crate::wire::tool::CallToolResult;

/// What the server adds to its results in revisions whose results describe themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    /// The server's `Implementation`, already JSON.
    pub(crate) server_info: &'a RawValue,
    /// Of lists, of what the server says of itself, and of resources that do not say their own.
    pub(crate) cache: CacheHint,
}

impl Stamp<'_> {
    /// Ends a result: `resultType`, and `_meta` of the author's members and the server's name.
    pub(super) fn end(
        &self,
        object: &mut Object<'_>,
        meta: Option<&Map<String, Value>>,
    ) -> io::Result<()> {
        object.put_if(Field::ResultType, "resultType", Some(Text("complete")))?;
        self.meta(object, meta)
    }

    fn meta(&self, object: &mut Object<'_>, meta: Option<&Map<String, Value>>) -> io::Result<()> {
        let server_info = object.revision.has(Field::ServerInfoMeta).then_some(self.server_info);
        let meta = meta.filter(|meta| !meta.is_empty());
        if meta.is_none() && server_info.is_none() {
            return Ok(());
        }
        object.nest("_meta", &ResultMeta { meta, server_info })
    }
}

impl Members for CacheHint {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put_if(Field::CacheHints, "ttlMs", Some(self.ttl_ms()))?;
        object.put_if(Field::CacheHints, "cacheScope", Some(self.scope))
    }
}

struct ResultMeta<'a> {
    meta: Option<&'a Map<String, Value>>,
    server_info: Option<&'a RawValue>,
}

impl Members for ResultMeta<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        for (name, value) in self.meta.into_iter().flatten() {
            object.put_named(name, value)?;
        }
        object.put_some("io.modelcontextprotocol/serverInfo", self.server_info)
    }
}

/// The result of `tools/call`.
pub(crate) struct ToolResult<'a> {
    pub(crate) result: &'a CallToolResult,
    /// Whether structured content is sent as `{"result": value}`.
    pub(crate) wraps: bool,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for ToolResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        let CallToolResult { content, structured, is_error, meta } = self.result;
        match structured {
            // Clients of any revision can read the value: its JSON stands as text beside it.
            Some(json) if content.is_empty() => object.nest("content", &[Mirror(json)][..])?,
            _ => object.nest("content", &content[..])?,
        }
        match structured {
            Some(json) if self.wraps => {
                let wrapped = At(revision, &Wrapped(json));
                object.put_if(Field::StructuredContent, "structuredContent", Some(wrapped))?;
            }
            json => object.put_if(Field::StructuredContent, "structuredContent", json.as_ref())?,
        }
        object.put_some("isError", is_error.then_some(true))?;
        self.stamp.end(object, Some(meta))
    }
}

struct Mirror<'a>(&'a RawValue);

impl Members for Mirror<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("type", "text")?;
        object.text("text", self.0.get())
    }
}

/// Structured content that is no object: a member of one.
struct Wrapped<'a>(&'a RawValue);

impl Members for Wrapped<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put("result", self.0)
    }
}

/// The result of `resources/read`.
pub(crate) struct ReadResult<'a> {
    pub(crate) contents: &'a [ResourceContents],
    pub(crate) uri: &'a str,
    pub(crate) cache: CacheHint,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for ReadResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let contents: Vec<_> =
            self.contents.iter().map(|contents| Located { contents, uri: self.uri }).collect();
        object.nest("contents", &contents[..])?;
        self.cache.members(object)?;
        self.stamp.end(object, None)
    }
}

/// The result of `prompts/get`.
pub(crate) struct PromptResult<'a> {
    pub(crate) result: &'a GetPromptResult,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for PromptResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put_some("description", self.result.description.as_ref())?;
        object.nest("messages", &self.result.messages[..])?;
        self.stamp.end(object, None)
    }
}

/// The result of a call that ends with questions (basic/patterns/mrtr).
pub(crate) struct InputRequired<'a> {
    /// Key, method and params of each.
    pub(crate) requests: Vec<(&'a str, &'static str, &'a RawValue)>,
    pub(crate) state: &'a str,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for InputRequired<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("resultType", "input_required")?;
        object.nest("inputRequests", &InputRequests(&self.requests))?;
        object.text("requestState", self.state)?;
        self.stamp.meta(object, None)
    }
}

struct InputRequests<'a>(&'a [(&'a str, &'static str, &'a RawValue)]);

impl Members for InputRequests<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        #[derive(serde::Serialize)]
        struct InputRequest<'a> {
            method: &'static str,
            params: &'a RawValue,
        }
        let mut requests = self.0.iter();
        requests.try_for_each(|(key, method, params)| {
            object.put_named(key, &InputRequest { method, params })
        })
    }
}

/// A page of a list, and where the next one begins.
pub(crate) struct Page<'a> {
    /// `tools`, `resources`, `resourceTemplates` or `prompts`.
    pub(crate) name: &'static str,
    pub(crate) items: Vec<&'a dyn EncodeAt>,
    pub(crate) next_cursor: Option<String>,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for Page<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.nest(self.name, &self.items[..])?;
        object.put_some("nextCursor", self.next_cursor.as_ref())?;
        self.stamp.cache.members(object)?;
        self.stamp.end(object, None)
    }
}

impl Members for ServerCapabilities<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put_if(Field::Completions, "completions", self.completions)?;
        object.put_some("extensions", (!self.extensions.is_empty()).then_some(self.extensions))?;
        object.put_some("logging", self.logging)?;
        object.put_some("prompts", self.prompts)?;
        object.put_some("resources", self.resources)?;
        object.put_some("tools", self.tools)
    }
}

impl Members for Implementation {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("name", &self.name)?;
        object.text("version", &self.version)?;
        object.put_if(Field::Title, "title", self.title.as_ref())?;
        object.put_if(Field::AboutServer, "description", self.description.as_ref())?;
        object.put_if(Field::AboutServer, "websiteUrl", self.website_url.as_ref())?;
        object.put_if(Field::Icons, "icons", some(&self.icons))
    }
}

/// The result of `initialize`.
pub(crate) struct InitializeResult<'a> {
    pub(crate) capabilities: ServerCapabilities<'a>,
    pub(crate) server_info: &'a Implementation,
    pub(crate) instructions: Option<&'a str>,
}

impl Members for InitializeResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        object.text("protocolVersion", revision.as_str())?;
        object.nest("capabilities", &self.capabilities)?;
        object.nest("serverInfo", self.server_info)?;
        object.put_some("instructions", self.instructions)
    }
}

/// The result of `server/discover`.
pub(crate) struct DiscoverResult<'a> {
    pub(crate) supported: &'a [Revision],
    pub(crate) capabilities: ServerCapabilities<'a>,
    pub(crate) instructions: Option<&'a str>,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for DiscoverResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let supported: Vec<_> = self.supported.iter().map(|revision| revision.as_str()).collect();
        object.put("supportedVersions", &supported)?;
        object.nest("capabilities", &self.capabilities)?;
        object.put_some("instructions", self.instructions)?;
        self.stamp.cache.members(object)?;
        self.stamp.end(object, None)
    }
}

/// The result of an extension's method.
pub(crate) struct MethodResult<'a> {
    /// With `resultType` and `_meta`, if the extension says something there.
    pub(crate) members: &'a Map<String, Value>,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for MethodResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let (result_type, meta) = (self.members.get("resultType"), self.members.get("_meta"));
        for (name, value) in self.members {
            if !["resultType", "_meta"].contains(&&**name) {
                object.put_named(name, value)?;
            }
        }
        match result_type {
            Some(said) => object.put_if(Field::ResultType, "resultType", Some(said))?,
            None => object.put_if(Field::ResultType, "resultType", Some(Text("complete")))?,
        }
        self.stamp.meta(object, meta.and_then(Value::as_object))
    }
}

/// The result of a request that asks for nothing back.
pub(crate) struct Acknowledged<'a> {
    pub(crate) stamp: Stamp<'a>,
}

impl Members for Acknowledged<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        self.stamp.end(object, None)
    }
}
