use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::{At, Members, Object, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::form::{FieldKind, Form, FormField, Options};

/// The params of `elicitation/create` for a form.
pub(crate) struct ElicitForm<'a> {
    pub(crate) message: &'a str,
    pub(crate) form: &'a Form,
}

impl Members for ElicitForm<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        object.put("message", self.message)?;
        object.put("requestedSchema", &At(revision, self.form))
    }
}

/// The params of `elicitation/create` for a page.
pub(crate) struct ElicitUrl<'a> {
    pub(crate) message: &'a str,
    pub(crate) url: &'a str,
    pub(crate) id: &'a str,
}

impl Members for ElicitUrl<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("mode", "url")?;
        object.put("message", self.message)?;
        object.put("url", self.url)?;
        object.put_if(Field::ElicitationId, "elicitationId", Some(self.id))
    }
}

impl Form {
    /// The first field a revision has no words for.
    pub(crate) fn unknown_at(&self, revision: Revision) -> Option<&str> {
        let unknown = |field: &&FormField| {
            matches!(field.kind, FieldKind::SomeOf { .. }) && !revision.has(Field::FormChoices)
        };
        self.fields.iter().find(unknown).map(|field| &*field.name)
    }
}

impl Members for Form {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        object.put("type", "object")?;
        object.put("properties", &Properties(revision, &self.fields))?;
        object.put_some("required", some(&self.required))
    }
}

struct Properties<'a>(Revision, &'a [FormField]);

impl Serialize for Properties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.len()))?;
        for field in self.1 {
            map.serialize_entry(&field.name, &At(self.0, field))?;
        }
        map.end()
    }
}

impl Members for FormField {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let revision = object.revision;
        match &self.kind {
            FieldKind::Text { format, min_length, max_length } => {
                object.put("type", "string")?;
                object.put_some("format", format.as_ref())?;
                object.put_some("minLength", *min_length)?;
                object.put_some("maxLength", *max_length)?;
            }
            FieldKind::Number { integer, minimum, maximum } => {
                object.put("type", if *integer { "integer" } else { "number" })?;
                object.put_some("minimum", minimum.as_ref())?;
                object.put_some("maximum", maximum.as_ref())?;
            }
            FieldKind::Flag => object.put("type", "boolean")?,
            FieldKind::OneOf(options) => {
                object.put("type", "string")?;
                match options {
                    Options::Plain(values) => object.put("enum", values)?,
                    Options::Titled(options) if revision.has(Field::FormChoices) => {
                        object.put("oneOf", &Titled(options))?;
                    }
                    Options::Titled(options) | Options::Named(options) => {
                        object.put("enum", &Column(options, |(value, _)| value))?;
                        object.put("enumNames", &Column(options, |(_, title)| title))?;
                    }
                }
            }
            FieldKind::SomeOf { options, min_items, max_items } => {
                object.put("type", "array")?;
                object.put("items", &Items(options))?;
                object.put_some("minItems", *min_items)?;
                object.put_some("maxItems", *max_items)?;
            }
        }
        object.put_some("title", self.title.as_ref())?;
        object.put_some("description", self.description.as_ref())?;
        match self.kind {
            FieldKind::Flag => object.put_some("default", self.default.as_ref())?,
            _ => object.put_if(Field::FormDefaults, "default", self.default.as_ref())?,
        }
        Ok(())
    }
}

struct Titled<'a>(&'a [(String, String)]);

impl Serialize for Titled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Choice<'a> {
            r#const: &'a str,
            title: &'a str,
        }
        serializer.collect_seq(self.0.iter().map(|(value, title)| Choice { r#const: value, title }))
    }
}

struct Items<'a>(&'a Options);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Options::Titled(options) => map.serialize_entry("anyOf", &Titled(options))?,
            Options::Plain(values) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("enum", values)?;
            }
            Options::Named(options) => {
                map.serialize_entry("type", "string")?;
                map.serialize_entry("enum", &Column(options, |(value, _)| value))?;
            }
        }
        map.end()
    }
}

/// One side of pairs.
struct Column<'a>(&'a [(String, String)], fn(&(String, String)) -> &String);

impl Serialize for Column<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.0.len()))?;
        for pair in self.0 {
            sequence.serialize_element((self.1)(pair))?;
        }
        sequence.end()
    }
}
