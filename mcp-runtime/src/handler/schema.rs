//! JSON Schemas that every client takes.
//!
//! schemars describes Rust; clients reject some of what it says: `$ref` to definitions, numeric
//! formats such as `uint32`, `["integer", "null"]` for what may simply be left out, `true` for
//! anything. None of it carries meaning a caller needs.

use schemars::generate::{Contract, SchemaSettings};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::argument::Argument;
use super::field_names::field_names;
use crate::wire::prompt::PromptArgument;

/// In which order the arguments were declared: ours alone, and gone before anyone else sees it.
const ORDER: &str = "x-declared-order";

/// The schema of a struct of arguments.
pub fn arguments_schema<T: Argument>(generator: &mut SchemaGenerator) -> Schema {
    declared_in_order(T::json_schema(generator), field_names::<T>())
}

fn declared_in_order(mut schema: Schema, names: &[&str]) -> Schema {
    schema.insert(ORDER.to_owned(), json!(names));
    schema
}

/// The schema of a function that takes none.
pub fn no_arguments(_: &mut SchemaGenerator) -> Schema {
    schemars::json_schema!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// Which way values go: a default makes an argument optional, but a result always has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Input,
    Output,
}

/// Writes and tidies a schema. Called once per function and process.
pub(crate) fn generate<T>(
    direction: Direction,
    write: impl FnOnce(&mut SchemaGenerator) -> T,
    into_value: impl FnOnce(T) -> Option<Schema>,
) -> Option<Value> {
    let contract = match direction {
        Direction::Input => Contract::Deserialize,
        Direction::Output => Contract::Serialize,
    };
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
            settings.contract = contract;
        })
        .into_generator();
    let mut schema = into_value(write(&mut generator))?.to_value();
    let mut definitions = generator.take_definitions(true);
    tidy(&mut schema, direction);
    definitions.values_mut().for_each(|definition| tidy(definition, direction));
    if let Value::Object(schema) = &mut schema {
        schema.remove("$schema");
        schema.remove("title");
        // Only recursive types are left: the others are inlined.
        if !definitions.is_empty() {
            schema.insert("$defs".to_owned(), Value::Object(definitions));
        }
    }
    Some(schema)
}

/// The schema of a tool's arguments: an object with `properties`, even if there are none.
pub(crate) fn input(write: fn(&mut SchemaGenerator) -> Schema) -> Value {
    ordered_input(write).0
}

/// The same, and the names of the arguments in the order of the function's parameters.
fn ordered_input(write: fn(&mut SchemaGenerator) -> Schema) -> (Value, Vec<Value>) {
    let mut schema = generate(Direction::Input, write, Some).unwrap_or_else(|| json!({}));
    let mut order = None;
    if let Value::Object(schema) = &mut schema {
        order = schema.remove(ORDER);
        schema.insert("type".to_owned(), json!("object"));
        schema.entry("properties").or_insert_with(|| json!({}));
    }
    match order {
        Some(Value::Array(names)) => (schema, names),
        _ => (schema, Vec::new()),
    }
}

/// The schema of a tool's structured content, and whether the value is wrapped to be an object.
pub(crate) fn output(write: fn(&mut SchemaGenerator) -> Option<Schema>) -> Option<(Value, bool)> {
    let mut schema = generate(Direction::Output, write, |schema| schema)?;
    if schema.get("type") == Some(&json!("object")) {
        return Some((schema, false));
    }
    let definitions = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
    let mut wrapper =
        json!({ "type": "object", "properties": { "result": schema }, "required": ["result"] });
    if let Some(definitions) = definitions {
        wrapper["$defs"] = definitions;
    }
    Some((wrapper, true))
}

/// The arguments of a prompt, from the schema of its parameters.
pub(crate) fn prompt_arguments(write: fn(&mut SchemaGenerator) -> Schema) -> Vec<PromptArgument> {
    let (mut schema, order) = ordered_input(write);
    let required = schema["required"].take();
    let is_required =
        |name: &str| required.as_array().is_some_and(|names| names.iter().any(|one| one == name));
    let Value::Object(mut properties) = schema["properties"].take() else { return Vec::new() };
    let text = |schema: &Value, keyword: &str| {
        schema.get(keyword).and_then(Value::as_str).map(str::to_owned)
    };
    let declared: Vec<_> =
        order.iter().filter_map(|name| properties.remove_entry(name.as_str()?)).collect();
    properties
        .into_iter()
        .chain(declared)
        .map(|(name, schema)| PromptArgument {
            title: text(&schema, "title"),
            description: text(&schema, "description"),
            required: is_required(&name),
            name,
        })
        .collect()
}

fn tidy(schema: &mut Value, direction: Direction) {
    match schema {
        // A bare `true` breaks clients that expect an object.
        Value::Bool(true) => *schema = json!({}),
        Value::Object(object) => {
            drop_numeric_format(object);
            if direction == Direction::Input {
                drop_null_of_optional(object);
            }
            for (keyword, value) in object.iter_mut() {
                tidy_keyword(keyword, value, direction);
            }
        }
        _ => {}
    }
}

/// Goes on where a keyword holds schemas, and nowhere else: `default` and `const` hold data.
fn tidy_keyword(keyword: &str, value: &mut Value, direction: Direction) {
    match (keyword, value) {
        ("properties" | "patternProperties" | "$defs", Value::Object(schemas)) => {
            schemas.values_mut().for_each(|schema| tidy(schema, direction));
        }
        ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
            schemas.iter_mut().for_each(|schema| tidy(schema, direction));
        }
        ("additionalProperties" | "items", value) if value.is_object() => tidy(value, direction),
        ("items", value @ Value::Bool(true)) => tidy(value, direction),
        ("not" | "if" | "then" | "else" | "contains" | "propertyNames", value) => {
            tidy(value, direction)
        }
        _ => {}
    }
}

/// `int64`, `uint32`, `double` … are no formats of JSON Schema, and some validators refuse them.
fn drop_numeric_format(schema: &mut Map<String, Value>) {
    let numeric = |format: &str| {
        format.starts_with("int")
            || format.starts_with("uint")
            || format == "float"
            || format == "double"
    };
    if schema.get("format").and_then(Value::as_str).is_some_and(numeric) {
        schema.remove("format");
    }
}

/// An optional argument may be left out; that it may also be null only confuses clients.
fn drop_null_of_optional(schema: &mut Map<String, Value>) {
    let required: Vec<String> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (name, property) in properties.iter_mut() {
        if let (false, Value::Object(property)) = (required.contains(name), property) {
            drop_null(property);
        }
    }
}

fn drop_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if schema.get("default") == Some(&Value::Null) {
        schema.remove("default");
    }
    let Some(Value::Array(mut choices)) = schema.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type") != Some(&json!("null")));
    if let [Value::Object(only)] = &mut choices[..] {
        for (keyword, value) in std::mem::take(only) {
            // What is said at the property is about the property.
            schema.entry(keyword).or_insert(value);
        }
    } else {
        schema.insert("anyOf".to_owned(), Value::Array(choices));
    }
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Serialize, Deserialize, JsonSchema)]
    enum Order {
        Up,
        Down,
    }

    #[derive(Serialize, Deserialize, JsonSchema)]
    struct Nested {
        at: u8,
    }

    #[derive(JsonSchema, Deserialize, Serialize)]
    struct Arguments {
        /// How many
        count: Option<u32>,
        order: Option<Order>,
        nested: Nested,
        anything: Value,
        #[serde(default)]
        ratio: f64,
    }

    #[test]
    fn arguments_have_nothing_a_client_refuses() {
        let schema = input(arguments_schema::<Arguments>);
        assert_eq!(
            schema,
            json!({
                "type": "object",
                "properties": {
                    "count": { "type": "integer", "minimum": 0, "description": "How many" },
                    "order": { "type": "string", "enum": ["Up", "Down"] },
                    "nested": {
                        "type": "object",
                        "properties": { "at": { "type": "integer", "minimum": 0, "maximum": 255 } },
                        "required": ["at"],
                    },
                    "anything": {},
                    "ratio": { "type": "number", "default": 0.0 },
                },
                "required": ["nested", "anything"],
            })
        );
    }

    #[test]
    fn only_objects_go_out_as_they_are() {
        let schema = |write| output(write).unwrap();
        let (nested, wrapped) = schema(|generator| Some(Nested::json_schema(generator)));
        assert!(!wrapped && nested["properties"]["at"].is_object(), "{nested}");
        let (list, wrapped) = schema(|generator| Some(<Vec<i64>>::json_schema(generator)));
        assert!(wrapped);
        assert_eq!(
            list["properties"]["result"],
            json!({ "type": "array", "items": { "type": "integer" } })
        );
    }

    #[test]
    fn recursive_types_keep_their_definitions() {
        #[derive(JsonSchema, Serialize)]
        struct Tree {
            children: Vec<Tree>,
        }
        let (schema, wrapped) =
            output(|generator| Some(<Vec<Tree>>::json_schema(generator))).unwrap();
        assert!(wrapped);
        assert!(schema["$defs"]["Tree"].is_object(), "{schema}");
    }
}
