use std::borrow::Cow;
use std::io;

use serde_json::{Map, Value};

use super::{Members, Object};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::content::{Annotations, Content, ContentKind};
use crate::wire::prompt::PromptMessage;
use crate::wire::resource::{ResourceContents, ResourceData};

impl Members for Content {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        match &self.kind {
            ContentKind::Text(text) => {
                object.text("type", "text")?;
                object.text("text", text)?;
            }
            ContentKind::Image { data, mime_type } => {
                object.text("type", "image")?;
                object.text("data", data)?;
                object.text("mimeType", mime_type)?;
            }
            ContentKind::Audio { data, mime_type } if revision.has(Field::Audio) => {
                object.text("type", "audio")?;
                object.text("data", data)?;
                object.text("mimeType", mime_type)?;
            }
            ContentKind::Audio { data, mime_type } => {
                object.text("type", "text")?;
                object.put(
                    "text",
                    &format_args!("[audio: {mime_type}, {} bytes]", decoded_len(data)),
                )?;
            }
            ContentKind::Resource(contents) => {
                object.text("type", "resource")?;
                object.nest("resource", &Located { contents, uri: "" })?;
            }
            ContentKind::ResourceLink(link) if revision.has(Field::ResourceLink) => {
                object.text("type", "resource_link")?;
                link.members(object)?;
            }
            ContentKind::ResourceLink(link) => {
                object.text("type", "text")?;
                object.put("text", &format_args!("{}: {}", link.about.name, link.uri))?;
            }
        }
        object.put_some("annotations", annotations(revision, &self.annotations))?;
        object.put_if(Field::Meta, "_meta", present(&self.meta))
    }
}

/// How many bytes base64 text stands for.
fn decoded_len(base64: &str) -> usize {
    let padding = base64.bytes().rev().take_while(|byte| *byte == b'=').count();
    (base64.len() / 4 * 3).saturating_sub(padding)
}

impl Members for PromptMessage {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put("role", &self.role)?;
        object.nest("content", &self.content)
    }
}

/// Contents with the URI they have if they name none themselves.
pub(super) struct Located<'a> {
    pub(super) contents: &'a ResourceContents,
    pub(super) uri: &'a str,
}

impl Members for Located<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("uri", self.contents.uri.as_deref().unwrap_or(self.uri))?;
        object.put_some("mimeType", self.contents.mime_type.as_ref())?;
        match &self.contents.data {
            ResourceData::Text(text) => object.text("text", text)?,
            ResourceData::Blob(base64) => object.text("blob", base64)?,
        }
        object.put_if(Field::Meta, "_meta", present(&self.contents.meta))
    }
}

/// Annotations as this revision has them, if any are left.
pub(super) fn annotations(
    revision: Revision,
    annotations: &Annotations,
) -> Option<Cow<'_, Annotations>> {
    let shown = if revision.has(Field::LastModified) || annotations.last_modified.is_none() {
        Cow::Borrowed(annotations)
    } else {
        Cow::Owned(Annotations { last_modified: None, ..annotations.clone() })
    };
    (!shown.is_empty()).then_some(shown)
}

fn present(meta: &Map<String, Value>) -> Option<&Map<String, Value>> {
    (!meta.is_empty()).then_some(meta)
}
