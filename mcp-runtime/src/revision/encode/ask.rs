use std::io;

use serde::Serialize;

use super::{At, Members, Object, list, some};
use crate::revision::Revision;
use crate::revision::fields::Field;
use crate::wire::form::{FieldKind, Form, FormField, Options};
use crate::wire::{Encode, Line};

/// The params of `elicitation/create` for a form.
pub(crate) struct ElicitForm<'a> {
    pub(crate) message: &'a str,
    pub(crate) form: &'a Form,
}

impl Members for ElicitForm<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("message", self.message)?;
        object.nest("requestedSchema", self.form)
    }
}

/// The params of `elicitation/create` for a page.
pub(crate) struct ElicitUrl<'a> {
    pub(crate) message: &'a str,
    pub(crate) url: &'a str,
    pub(crate) id: &'a str,
}

impl Members for ElicitUrl<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("mode", "url")?;
        object.text("message", self.message)?;
        object.text("url", self.url)?;
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
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.text("type", "object")?;
        object.nest("properties", &FormProperties(&self.fields))?;
        object.put_some("required", some(&self.required))
    }
}

struct FormProperties<'a>(&'a [FormField]);

impl Members for FormProperties<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        self.0.iter().try_for_each(|field| object.put_named(&field.name, &At(revision, field)))
    }
}

impl Members for FormField {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let revision = object.revision;
        match &self.kind {
            FieldKind::Text { format, min_length, max_length } => {
                object.text("type", "string")?;
                object.put_some("format", format.as_ref())?;
                object.put_some("minLength", *min_length)?;
                object.put_some("maxLength", *max_length)?;
            }
            FieldKind::Number { integer, minimum, maximum } => {
                object.text("type", if *integer { "integer" } else { "number" })?;
                object.put_some("minimum", minimum.as_ref())?;
                object.put_some("maximum", maximum.as_ref())?;
            }
            FieldKind::Flag => object.text("type", "boolean")?,
            FieldKind::OneOf(options) => {
                object.text("type", "string")?;
                match options {
                    Options::Plain(values) => object.put("enum", values)?,
                    Options::Titled(options) if revision.has(Field::FormChoices) => {
                        object.put("oneOf", &Titled(options))?;
                    }
                    Options::Titled(options) | Options::Named(options) => {
                        object.put("enum", &column(options, |(value, _)| value))?;
                        object.put("enumNames", &column(options, |(_, title)| title))?;
                    }
                }
            }
            FieldKind::SomeOf { options, min_items, max_items } => {
                object.text("type", "array")?;
                object.nest("items", &Items(options))?;
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

/// Options with titles, as the choices of a schema.
struct Titled<'a>(&'a [(String, String)]);

impl Encode for Titled<'_> {
    fn encode(&self, line: &mut Line) -> io::Result<()> {
        #[derive(Serialize)]
        struct Choice<'a> {
            r#const: &'a str,
            title: &'a str,
        }
        list(line, self.0.iter().map(|(value, title)| Choice { r#const: value, title }))
    }
}

struct Items<'a>(&'a Options);

impl Members for Items<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        match self.0 {
            Options::Titled(options) => object.put("anyOf", &Titled(options)),
            Options::Plain(values) => {
                object.text("type", "string")?;
                object.put("enum", values)
            }
            Options::Named(options) => {
                object.text("type", "string")?;
                object.put("enum", &column(options, |(value, _)| value))
            }
        }
    }
}

/// One side of pairs.
fn column(pairs: &[(String, String)], side: fn(&(String, String)) -> &String) -> Vec<&String> {
    pairs.iter().map(side).collect()
}
