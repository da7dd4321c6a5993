use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::resource::{Resource, ResourceContents};

/// One block of a tool's result or of a prompt message (server/tools, "Tool result").
///
/// Revisions that lack a kind get its nearest older one: a link becomes text, sound becomes text.
///
/// ```
/// use mcp_runtime::Content;
///
/// let blocks = vec![Content::text("a dot:"), Content::image(b"\x89PNG", "image/png")];
/// # assert_eq!(blocks.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    pub(crate) kind: ContentKind,
    pub(crate) annotations: Annotations,
    pub(crate) meta: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ContentKind {
    Text(Cow<'static, str>),
    /// `data` is base64.
    Image {
        data: String,
        mime_type: Cow<'static, str>,
    },
    /// `data` is base64.
    Audio {
        data: String,
        mime_type: Cow<'static, str>,
    },
    Resource(ResourceContents),
    ResourceLink(Box<Resource>),
}

impl Content {
    /// Text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ContentKind::Text(text.into()))
    }

    /// An image from its bytes, for example with `image/png`.
    pub fn image(bytes: impl AsRef<[u8]>, mime_type: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ContentKind::Image { data: STANDARD.encode(bytes), mime_type: mime_type.into() })
    }

    /// Sound from its bytes, for example with `audio/wav`. Text for clients of the oldest revision.
    pub fn audio(bytes: impl AsRef<[u8]>, mime_type: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ContentKind::Audio { data: STANDARD.encode(bytes), mime_type: mime_type.into() })
    }

    /// A resource with its contents.
    pub fn resource(uri: impl Into<Cow<'static, str>>, contents: ResourceContents) -> Self {
        Self::of(ContentKind::Resource(contents.uri(uri)))
    }

    /// A link to a resource the client can read. Text for clients of older revisions.
    pub fn link(uri: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ContentKind::ResourceLink(Box::new(Resource::new(uri, name))))
    }

    /// Who the block is for.
    pub fn audience(mut self, audience: &'static [Role]) -> Self {
        self.annotations.audience = audience;
        self
    }

    /// How much it matters, 0.0 (optional) to 1.0 (required).
    pub fn priority(mut self, priority: f64) -> Self {
        self.annotations.priority = Some(priority);
        self
    }

    /// A member of the block's `_meta`.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }

    fn of(kind: ContentKind) -> Self {
        Self { kind, annotations: Annotations::default(), meta: Map::new() }
    }
}

impl<T: Into<Cow<'static, str>>> From<T> for Content {
    fn from(text: T) -> Self {
        Self::text(text)
    }
}

/// Hints on how to use a resource or a block.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Annotations {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) audience: &'static [Role],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<f64>,
    /// ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<&'static str>,
}

impl Annotations {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who speaks in a prompt message, or who content is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the specification's")]
#[expect(clippy::exhaustive_enums, reason = "the specification has two roles")]
pub enum Role {
    User,
    Assistant,
}
