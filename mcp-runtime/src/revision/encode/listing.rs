use serde::ser::{SerializeMap, Serializer};

use super::content::annotations;
use super::{At, Object, SerializeAt, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::prompt::{Prompt, PromptArgument};
use crate::wire::resource::{About, Resource, ResourceTemplate};
use crate::wire::tool::{Tool, ToolAnnotations};

impl SerializeAt for Tool {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object::open(revision, serializer)?;
        object.put("name", self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put("inputSchema", &self.input_schema)?;
        object.put_if(Field::OutputSchema, "outputSchema", self.output_schema.as_ref())?;
        let hints = (self.annotations != ToolAnnotations::default()).then_some(self.annotations);
        object.put_if(Field::ToolAnnotations, "annotations", hints)?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())?;
        object.close()
    }
}

impl SerializeAt for Resource {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object::open(revision, serializer)?;
        self.members(&mut object)?;
        object.close()
    }
}

impl Resource {
    /// A resource link has the members of a resource beside its own.
    pub(super) fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("uri", &self.uri)?;
        self.about.members(object)?;
        object.put_some("size", self.size)
    }
}

impl SerializeAt for ResourceTemplate {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object::open(revision, serializer)?;
        object.put("uriTemplate", self.uri_template)?;
        self.about.members(&mut object)?;
        object.close()
    }
}

impl About {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("name", &self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put_some("mimeType", self.mime_type)?;
        object.put_some("annotations", annotations(object.revision, &self.annotations))?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())
    }
}

impl SerializeAt for Prompt {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object::open(revision, serializer)?;
        object.put("name", self.name)?;
        object.put_if(Field::Title, "title", self.title)?;
        object.put_some("description", self.description)?;
        object.put_some(
            "arguments",
            some(&self.arguments).map(|arguments| At(revision, arguments)),
        )?;
        object.put_if(Field::Icons, "icons", some(self.icons))?;
        object.put_if(Field::Meta, "_meta", self.meta.as_ref())?;
        object.close()
    }
}

impl SerializeAt for PromptArgument {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object::open(revision, serializer)?;
        object.put("name", &self.name)?;
        object.put_if(Field::Title, "title", self.title.as_ref())?;
        object.put_some("description", self.description.as_ref())?;
        object.put("required", &self.required)?;
        object.close()
    }
}
