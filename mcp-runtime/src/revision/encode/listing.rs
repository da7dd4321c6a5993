use std::io;

use super::content::annotations;
use super::{At, Members, Object, some};
use crate::revision::fields::Field;
use crate::wire::prompt::{Prompt, PromptArgument};
use crate::wire::resource::{About, Resource, ResourceTemplate};
use crate::wire::tool::{Tool, ToolAnnotations};

impl Members for Tool<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("name", self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put("inputSchema", &self.schemas.input)?;
        object.put_if(Field::OutputSchema, "outputSchema", self.schemas.output.as_ref())?;
        let hints = (self.annotations != ToolAnnotations::default()).then_some(self.annotations);
        object.put_if(Field::ToolAnnotations, "annotations", hints)?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())
    }
}

/// A resource link has these beside its own.
impl Members for Resource {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("uri", &self.uri)?;
        self.about.members(object)?;
        object.put_some("size", self.size)
    }
}

impl Members for ResourceTemplate {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("uriTemplate", self.uri_template)?;
        self.about.members(object)
    }
}

impl Members for About {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("name", &self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put_some("mimeType", self.mime_type)?;
        object.put_some("annotations", annotations(object.revision, &self.annotations))?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())
    }
}

impl Members for Prompt {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        object.text("name", self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put_some(
            "arguments",
            some(&self.arguments).map(|arguments| At(revision, arguments)),
        )?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())
    }
}

impl Members for PromptArgument {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("name", &self.name)?;
        object.put_if(Field::Title, "title", self.title.as_ref())?;
        object.put_some("description", self.description.as_ref())?;
        object.put("required", &self.required)
    }
}
