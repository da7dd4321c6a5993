//! Definitions → what lists show of them.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::mirrored;
use crate::handler::{
    Location, PromptDef, ResourceDef, ToolDef, input_schema, output_schema, prompt_arguments,
};
use crate::wire::content::Annotations;
use crate::wire::from_text;
use crate::wire::prompt::Prompt;
use crate::wire::resource::About;
use crate::wire::schema::Schema;
use crate::wire::tool::{Schemas, Tool};

pub(super) fn tool<'a>(def: &ToolDef, schemas: &'a Schemas) -> Tool<'a> {
    Tool {
        name: def.name,
        title: def.title,
        description: def.description,
        schemas,
        annotations: def.annotations,
        icons: def.icons,
        meta: raw(def.meta),
    }
}

/// What an author wrote of schemas is looked at when the server starts, so that a mistake ends the program then; what
/// only types say, once somebody asks for it.
pub(super) fn written_schemas(def: &ToolDef) -> Result<Option<Schemas>, Vec<String>> {
    if def.input_schema.is_none() && def.output_schema.is_none() && def.headers.is_empty() {
        return Ok(None);
    }
    let (schemas, mistakes) = schemas(def);
    if mistakes.is_empty() { Ok(Some(schemas)) } else { Err(mistakes) }
}

/// What is right in a tool's schemas, and all that is not.
pub(super) fn schemas(def: &ToolDef) -> (Schemas, Vec<String>) {
    let mut mistakes = Vec::new();
    let input = input(def).unwrap_or_else(|wrong| {
        mistakes.push(wrong);
        json!({}).into()
    });
    let (output, wraps_output) = output(def).unwrap_or_else(|wrong| {
        mistakes.push(wrong);
        (None, false)
    });
    let mirrored = mirrored::find(&input, &mut mistakes);
    let place = |wrong| format!("tool `{}` at {}: {wrong}", def.name, def.location);
    let mistakes = mistakes.into_iter().map(place).collect();
    (Schemas { input, output, mirrored, wraps_output }, mistakes)
}

/// Types say nothing wrong, unless one has a header in its schema: the tool has no such header then. One whose author
/// wrote a `JsonSchema` that panics takes any object: a client that asks for the list is not to blame.
pub(super) fn late_schemas(def: &ToolDef) -> Schemas {
    let made = catch_unwind(AssertUnwindSafe(|| schemas(def)));
    let (schemas, mistakes) = made.unwrap_or_else(|_| {
        let input = json!({ "type": "object" }).into();
        let mistake =
            format!("tool `{}` at {}: making its schema panicked", def.name, def.location);
        let none = Schemas { input, output: None, mirrored: Vec::new(), wraps_output: false };
        (none, vec![mistake])
    });
    mistakes.iter().for_each(|mistake| tracing::error!("{mistake}"));
    schemas
}

fn input(def: &ToolDef) -> Result<Schema, String> {
    if let Some(text) = def.input_schema {
        return Schema::written(text).map_err(|wrong| format!("`input_schema` {wrong}"));
    }
    let mut schema = input_schema(def.arguments);
    mirrored::annotate(&mut schema, def.headers);
    Ok(schema.into())
}

/// The schema of the structured content, and whether that wraps the value. A schema of the author's describes the value
/// itself.
fn output(def: &ToolDef) -> Result<(Option<Schema>, bool), String> {
    let made = output_schema(def.output);
    let Some(text) = def.output_schema else {
        let (schema, wraps) = made.unzip();
        return Ok((schema.map(Schema::from), wraps.unwrap_or(false)));
    };
    const REMEDY: &str = "return a struct, a map or a `serde_json::Value`";
    match made {
        None => Err(format!(
            "`output_schema` describes structured content, and this returns none: {REMEDY}"
        )),
        Some((schema, true)) if schema.pointer("/properties/result/type").is_some() => {
            Err(format!("`output_schema` describes an object, and this returns none: {REMEDY}"))
        }
        Some(_) => match Schema::written(text) {
            Ok(schema) => Ok((Some(schema), false)),
            Err(wrong) => Err(format!("`output_schema` {wrong}")),
        },
    }
}

pub(super) fn about(def: &'static ResourceDef) -> About {
    About {
        name: def.name.into(),
        title: def.title,
        description: def.description,
        mime_type: def.mime_type,
        annotations: Annotations {
            audience: def.audience,
            priority: def.priority,
            last_modified: def.last_modified,
        },
        icons: def.icons,
        meta: raw(def.meta),
    }
}

pub(super) fn prompt(def: &'static PromptDef) -> Prompt {
    Prompt {
        name: def.name,
        title: def.title,
        description: def.description,
        arguments: prompt_arguments(def.arguments),
        icons: def.icons,
        meta: raw(def.meta),
    }
}

/// `#[meta]` text is made by the macro, which has checked it.
fn raw(meta: Option<&'static str>) -> Option<Box<RawValue>> {
    meta.and_then(|text| from_text(text).ok())
}

/// Arguments of prompts and resources arrive as strings; those whose type the macro could not see
/// are checked here. A list is fine where the URI has one.
pub(super) fn fit_arguments(
    what: &str,
    name: &str,
    location: Location,
    schema: &Value,
    is_list: impl Fn(&str) -> bool,
) -> Result<(), Vec<String>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let unfit = |argument: &str, schema: &Value| match schema.get("type").and_then(Value::as_str) {
        Some("object") => true,
        Some("array") => !is_list(argument),
        _ => false,
    };
    let unfit =
        properties.into_iter().flatten().filter(|(argument, schema)| unfit(argument, schema));
    let mistakes: Vec<_> = unfit
        .map(|(argument, _)| {
            format!(
                "{what} `{name}` at {location}: `{argument}` cannot come from a string, which is all a client \
                 can send; take a string, a number, a bool or an enum without fields"
            )
        })
        .collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}
