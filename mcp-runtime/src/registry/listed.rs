//! Definitions → what lists show of them.

use serde_json::Value;
use serde_json::value::RawValue;

use super::mirrored;
use crate::handler::{
    Location, PromptDef, ResourceDef, ToolDef, input_schema, output_schema, prompt_arguments,
};
use crate::wire::content::Annotations;
use crate::wire::prompt::Prompt;
use crate::wire::resource::About;
use crate::wire::schema::Schema;
use crate::wire::tool::Tool;

/// Or what is wrong with it.
pub(super) fn tool(def: &'static ToolDef) -> Result<Tool, Vec<String>> {
    let input = match def.input_schema {
        Some(text) => Schema::written(text).map_err(|wrong| format!("`input_schema` {wrong}")),
        None => {
            let mut schema = input_schema(def.arguments);
            mirrored::annotate(&mut schema, def.headers);
            Ok(schema.into())
        }
    };
    let (input_schema, (output_schema, wraps_output)) = match (input, output(def)) {
        (Ok(input), Ok(output)) => (input, output),
        (input, output) => {
            let wrong = [input.err(), output.err()].into_iter().flatten();
            return Err(wrong.map(|wrong| mistake(def, &wrong)).collect());
        }
    };
    let mirrored = mirrored::find(&input_schema)
        .map_err(|wrong| wrong.iter().map(|wrong| mistake(def, wrong)).collect::<Vec<_>>())?;
    Ok(Tool {
        name: def.name,
        title: def.title,
        description: def.description,
        input_schema,
        output_schema,
        mirrored,
        wraps_output,
        annotations: def.annotations,
        icons: def.icons,
        meta: raw(def.meta),
    })
}

fn mistake(def: &ToolDef, wrong: &str) -> String {
    format!("tool `{}` at {}: {wrong}", def.name, def.location)
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
    meta.and_then(|text| RawValue::from_string(text.to_owned()).ok())
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
