use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::content::Annotations;
use super::icon::Icon;

/// A resource as `resources/list` and links show it.
#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) uri: Cow<'static, str>,
    pub(crate) about: About,
    pub(crate) size: Option<u64>,
}

/// A resource template as `resources/templates/list` shows it.
#[derive(Debug, Clone)]
pub(crate) struct ResourceTemplate {
    pub(crate) uri_template: &'static str,
    pub(crate) about: About,
}

/// What resources and templates have in common.
#[derive(Debug, Clone)]
pub(crate) struct About {
    pub(crate) name: Cow<'static, str>,
    pub(crate) title: Option<&'static str>,
    pub(crate) description: Option<&'static str>,
    pub(crate) mime_type: Option<&'static str>,
    pub(crate) annotations: Annotations,
    pub(crate) icons: &'static [Icon],
    pub(crate) meta: Option<Box<RawValue>>,
}

impl Resource {
    pub(crate) fn new(
        uri: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
    ) -> Self {
        let about = About {
            name: name.into(),
            title: None,
            description: None,
            mime_type: None,
            annotations: Annotations::default(),
            icons: &[],
            meta: None,
        };
        Self { uri: uri.into(), about, size: None }
    }
}

impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.uri == other.uri && self.about.name == other.about.name
    }
}

/// The contents of one resource: text or bytes (server/resources, "Resource contents").
///
/// A `#[resource]` function returns these when text or bytes alone do not say enough; the URI is
/// the one that was read unless [`uri`](Self::uri) names another.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceContents {
    pub(crate) uri: Option<Cow<'static, str>>,
    pub(crate) mime_type: Option<Cow<'static, str>>,
    pub(crate) data: ResourceData,
    pub(crate) meta: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ResourceData {
    Text(Cow<'static, str>),
    /// Base64.
    Blob(String),
}

impl ResourceContents {
    /// Contents as text.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self::of(ResourceData::Text(text.into()))
    }

    /// Contents as bytes.
    pub fn blob(bytes: impl AsRef<[u8]>) -> Self {
        Self::of(ResourceData::Blob(STANDARD.encode(bytes)))
    }

    /// The URI of these contents.
    pub fn uri(self, uri: impl Into<Cow<'static, str>>) -> Self {
        Self { uri: Some(uri.into()), ..self }
    }

    /// The media type of these contents.
    pub fn mime_type(self, mime_type: impl Into<Cow<'static, str>>) -> Self {
        Self { mime_type: Some(mime_type.into()), ..self }
    }

    /// A member of the contents' `_meta`.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(key.into(), value.into());
        self
    }

    fn of(data: ResourceData) -> Self {
        Self { uri: None, mime_type: None, data, meta: Map::new() }
    }
}
