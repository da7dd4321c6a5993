//! A tool's JSON arguments: read straight into their struct, and explained to the model when they
//! do not fit.

use std::cell::Cell;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::path::path_at;
use crate::wire::message::without_position;
use crate::wire::number::whole;
use crate::wire::schema::Node;
use crate::wire::tool::Described;
use crate::wire::{Properties, from_text};

/// What a tool has of its own to read its arguments: all else is compiled once for all tools.
pub(super) trait Fill {
    fn fill(&mut self, arguments: Properties<'_, '_>) -> serde_json::Result<()>;
}

impl<T: DeserializeOwned> Fill for Option<T> {
    fn fill(&mut self, arguments: Properties<'_, '_>) -> serde_json::Result<()> {
        *self = Some(T::deserialize(arguments)?);
        Ok(())
    }
}

/// Reads arguments. Only if that fails is the schema looked at: to read `"42"` as 42, because
/// models write that, and otherwise to say what is wrong.
pub(super) fn read(raw: &[u8], tool: &dyn Described, into: &mut dyn Fill) -> Result<(), Fault> {
    // It is, for the message was: a type that remembers that without another look needs unsafe code.
    let json = str::from_utf8(raw).map_err(Fault::internal)?;
    read_all(json, into).or_else(|unread| mend(json, tool, &unread.error, into))
}

/// Why arguments could not be read.
struct Unread {
    error: serde_json::Error,
    /// The byte it was at, in JSON of one line.
    at: usize,
}

fn read_all(json: &str, into: &mut dyn Fill) -> Result<(), Unread> {
    let value = Cell::new(0);
    let read = into.fill(Properties::of(json, &value));
    read.map_err(|error| Unread { at: value.get() + error.column(), error })
}

/// Reads arguments that do fit in place of those given, or says what is wrong with these.
#[cold]
fn mend(
    json: &str,
    tool: &dyn Described,
    error: &serde_json::Error,
    into: &mut dyn Fill,
) -> Result<(), Fault> {
    // The frame was JSON, so what fails here is what JSON has and Rust has not: a lone surrogate, a
    // number beyond 64 bits, nesting without end.
    let given: Value = from_text(json).map_err(|error| unfit(tool, &error))?;
    let mut coerced = given.clone();
    if coerce(&mut coerced, tool.schemas().input.root())
        && read_all(&coerced.to_string(), into).is_ok()
    {
        return Ok(());
    }
    let text = given.to_string();
    let (path, what) = match read_all(&text, into).err() {
        // Behind the last element that there is room for comes another.
        Some(Unread { error, at })
            if error.is_syntax() && error.to_string().starts_with("trailing") =>
        {
            (path_at(text.as_bytes(), at), "more elements than expected".to_owned())
        }
        Some(Unread { error, at }) => (path_at(text.as_bytes(), at), without_position(&error)),
        // As a value it is fine, as text it was not: a member stands twice.
        None => (String::new(), without_position(error)),
    };
    Err(Fault::arguments(explain(&path, &what, &given, tool)))
}

fn unfit(tool: &dyn Described, error: &serde_json::Error) -> Fault {
    let what = without_position(error);
    Fault::arguments(format!("Invalid arguments for tool `{}`: {what}.", tool.name()))
}

/// Reads strings as the JSON they hold wherever the schema wants no string. Whether any was.
fn coerce(value: &mut Value, schema: Node<'_>) -> bool {
    match value {
        Value::String(text) if !allows(schema, "string", 0) => {
            match from_text::<Value>(text) {
                Ok(read) if allows(schema, kind_keyword(&read), 0) => *value = read,
                _ => return false,
            }
            coerce(value, schema);
            true
        }
        // JSON Schema takes 1.0 for an integer, and so do the models that write it.
        Value::Number(number) if number.is_f64() && !allows(schema, "number", 0) => {
            match number.as_f64().and_then(whole) {
                Some(integer) if allows(schema, "integer", 0) => {
                    *value = json!(integer);
                    true
                }
                _ => false,
            }
        }
        Value::Object(members) => {
            let mut any = false;
            for (name, member) in members {
                let property = schema.property(name);
                if let Some(schema) = property.or_else(|| schema.schema("additionalProperties")) {
                    any |= coerce(member, schema);
                }
            }
            any
        }
        Value::Array(elements) => {
            let Some(schema) = schema.schema("items") else { return false };
            elements.iter_mut().fold(false, |any, element| coerce(element, schema) | any)
        }
        _ => false,
    }
}

/// Whether `schema` takes values of a type; a schema that does not say takes none we would make.
fn allows(schema: Node<'_>, kind: &str, depth: usize) -> bool {
    let is = |wanted: &Value| wanted == kind || (kind == "integer" && wanted == "number");
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is),
        Some(wanted) => is(wanted),
        None if depth < DEEPEST => ["anyOf", "oneOf"]
            .iter()
            .any(|keyword| schema.schemas(keyword).any(|choice| allows(choice, kind, depth + 1))),
        None => false,
    }
}

fn kind_keyword(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What is wrong, where, the nearest argument for an unknown one, and a call that would do.
fn explain(path: &str, what: &str, given: &Value, tool: &dyn Described) -> String {
    let mut text = format!("Invalid arguments for tool `{}`", tool.name());
    match path {
        "" => text += &format!(": {what}."),
        path => text += &format!(" at `{path}`: {what}."),
    }
    let schema = tool.schemas().input.root();
    let missing = what.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    if let (Some(property), true) =
        (missing.and_then(|name| schema.property(name)), path.is_empty())
    {
        text += &format!(" Expected {}.", expected(property));
    }
    for (unknown, nearest) in unknown_names(given, schema) {
        text += &match nearest {
            Some(nearest) => {
                format!(" Unknown argument `{unknown:.64}`: did you mean `{nearest}`?")
            }
            None => format!(" Unknown argument `{unknown:.64}`."),
        };
    }
    text += " Example of valid arguments: ";
    text += &serde_json::to_string(&example(schema, 0)).unwrap_or_default();
    text
}

/// Arguments the schema does not have, each with the name it was probably meant to be.
fn unknown_names<'a>(
    given: &'a Value,
    schema: Node<'a>,
) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    const SHOWN: usize = 3;
    let given = given.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    let unknown = given.filter(move |name| schema.property(name).is_none());
    unknown.take(SHOWN).map(move |name| (name, nearest(name, schema.property_names())))
}

fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const NEAR: f64 = 0.8;
    candidates
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

fn expected(schema: Node<'_>) -> String {
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.as_str(),
        _ => "value",
    };
    match schema.get("description").and_then(Value::as_str) {
        Some(description) => format!("{kind} ({description})"),
        None => kind.to_owned(),
    }
}

/// A value the schema takes: the author's default, example or first choice where there is one.
fn example(schema: Node<'_>, depth: usize) -> Value {
    let first = |keyword: &str| {
        schema.get(keyword).and_then(Value::as_array).and_then(|values| values.first())
    };
    if let Some(value) = schema
        .get("default")
        .or_else(|| first("examples"))
        .or_else(|| schema.get("const"))
        .or_else(|| first("enum"))
    {
        return value.clone();
    }
    if depth < DEEPEST
        && let Some(choice) = schema.schemas("anyOf").chain(schema.schemas("oneOf")).next()
    {
        return example(choice, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        other => other.and_then(Value::as_str),
    };
    match kind {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(true),
        Some("array") => match schema.schema("items") {
            Some(items) if depth < DEEPEST => json!([example(items, depth + 1)]),
            _ => json!([]),
        },
        Some("object") if depth < DEEPEST => example_object(schema, depth),
        Some("object") => json!({}),
        Some("null") => Value::Null,
        _ => json!("text"),
    }
}

/// Required members only: the shortest call that works.
fn example_object(schema: Node<'_>, depth: usize) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut members = Map::new(); // to collect into one would sort it
    for name in required.filter_map(Value::as_str) {
        let property = schema.property(name);
        let value = property.map_or_else(|| json!("text"), |property| example(property, depth + 1));
        members.insert(name.to_owned(), value);
    }
    Value::Object(members)
}

/// How deep a schema is looked into: it may hold itself.
const DEEPEST: usize = 4;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use schemars::JsonSchema;
    use serde::Deserialize;

    use super::*;
    use crate::handler::fault::FaultKind;
    use crate::handler::schema;
    use crate::wire::tool::Schemas;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Arguments {
        /// How many rows
        limit: u32,
        tags: Option<Vec<i64>>,
    }

    #[derive(Debug, Deserialize)]
    struct Pair {
        #[expect(dead_code, reason = "only read")]
        c: (i64, i64),
    }

    struct Search(Schemas);

    impl Described for Search {
        fn name(&self) -> &'static str {
            "search"
        }

        fn schemas(&self) -> &Schemas {
            &self.0
        }
    }

    fn tool() -> Search {
        let input = schema::input(schema::arguments_schema::<Arguments>).into();
        Search(Schemas { input, output: None, mirrored: Vec::new(), wraps_output: false })
    }

    fn read<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
        let mut arguments = None;
        super::read(text.as_bytes(), &tool(), &mut arguments).map(|()| arguments.unwrap())
    }

    fn arguments(text: &str) -> Result<Arguments, String> {
        read(text).map_err(|fault| match fault.kind {
            FaultKind::Arguments(text) => text,
            FaultKind::Protocol(_) | FaultKind::Function(_) => unreachable!(),
        })
    }

    #[test]
    fn stringified_arguments_are_read() {
        let expected = Arguments { limit: 42, tags: Some(vec![1, 2]) };
        assert_eq!(arguments(r#"{"limit":42,"tags":[1,2]}"#), Ok(expected));
        let expected = Arguments { limit: 42, tags: Some(vec![1, 2]) };
        assert_eq!(arguments(r#"{"limit":"42","tags":"[1,\"2\"]"}"#), Ok(expected));
        let expected = Arguments { limit: 42, tags: Some(vec![1]) };
        assert_eq!(arguments(r#"{"limit":42.0,"tags":[1.0]}"#), Ok(expected));
    }

    #[test]
    fn what_is_a_map_has_names_of_its_own_type() {
        #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        struct Name(String);

        let numbers = read::<BTreeMap<u32, bool>>(r#"{"7":true,"8":false}"#);
        assert_eq!(numbers.ok(), Some(BTreeMap::from([(7, true), (8, false)])));
        let names = read::<BTreeMap<Name, i64>>(r#"{"a":1}"#);
        assert_eq!(names.ok(), Some(BTreeMap::from([(Name("a".into()), 1)])));
    }

    #[test]
    fn unknown_arguments_are_ignored_until_the_call_fails() {
        assert_eq!(arguments(r#"{"limit":1,"x":2}"#), Ok(Arguments { limit: 1, tags: None }));
        assert_eq!(
            arguments(r#"{"limt":1}"#).unwrap_err(),
            "Invalid arguments for tool `search`: missing field `limit`. Expected integer (How many rows). \
             Unknown argument `limt`: did you mean `limit`? Example of valid arguments: {\"limit\":0}"
        );
    }

    #[test]
    fn errors_say_where() {
        assert_eq!(
            arguments(r#"{"limit":1,"tags":[1,true]}"#).unwrap_err(),
            "Invalid arguments for tool `search` at `tags[1]`: invalid type: boolean `true`, expected i64. \
             Example of valid arguments: {\"limit\":0}"
        );
        assert_eq!(
            arguments(r#"{"limit":1,"limit":2}"#).unwrap_err(),
            "Invalid arguments for tool `search`: duplicate field `limit`. Example of valid arguments: {\"limit\":0}"
        );
        for (wrong, expected) in [
            (r#"[1,{"b":2}]"#, "at `c[1]`: invalid type: map, expected i64."),
            (r#"[ 1, 2, 3 ]"#, "at `c[2]`: more elements than expected."),
            ("[1]", "at `c`: invalid length 1, expected a tuple of size 2."),
            ("[1,{}]", "at `c[1]`: invalid type: map, expected i64."),
            ("null", "at `c`: invalid type: null, expected a tuple of size 2."),
        ] {
            let given = format!(r#"{{"é\"": [ {{ }} ], "c" : {wrong} }}"#);
            let fault = read::<Pair>(&given).unwrap_err();
            let FaultKind::Arguments(text) = fault.kind else { unreachable!() };
            assert!(text.contains(expected), "{wrong}: {text}");
        }
    }
}
