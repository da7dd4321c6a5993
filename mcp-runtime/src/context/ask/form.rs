//! A type as a form: its JSON Schema, held against the few shapes a form can have.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde_json::{Map, Number, Value};

use crate::wire::form::{FieldKind, Form, FormField, Options};
use crate::wire::from_text;

/// Formats a client knows; others are the author's affair, checked when the answer is read.
const FORMATS: &[&str] = &["email", "uri", "date", "date-time"];

type Object = Map<String, Value>;

/// The form whose answers `T` reads; the error names the field that no form can have.
pub(super) fn form_of<T: JsonSchema + DeserializeOwned>() -> Result<Form, String> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let form = form(&schema);
    let mut form =
        form.map_err(|what| format!("`{}` cannot be a form: {what}", T::schema_name()))?;
    // People read them in the order of their declaration, which a schema does not keep.
    let declared = declared::<T>();
    form.fields.sort_by_key(|field| declared.iter().position(|name| *name == field.name));
    Ok(form)
}

/// The names of a struct's fields, as it tells them to whoever it is read from.
fn declared<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Listener<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Listener<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(Self::Error::custom("that was all"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(Self::Error::custom("no struct"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier
            ignored_any
        }
    }

    let mut names: &[_] = &[];
    let _ = T::deserialize(Listener(&mut names));
    names
}

fn form(schema: &Value) -> Result<Form, String> {
    let is_object = schema["type"] == "object";
    let no_struct = || "it has to be a struct with named fields".to_owned();
    let empty = Object::new();
    let properties = match schema.get("properties") {
        Some(Value::Object(properties)) if is_object => properties,
        None if is_object && schema.get("oneOf").is_none() => &empty,
        _ => return Err(no_struct()),
    };
    let required: Vec<String> = strings(schema.get("required"));
    let fields = properties
        .iter()
        .map(|(name, schema)| field(name, schema).map_err(|what| format!("field `{name}` {what}")));
    Ok(Form { fields: fields.collect::<Result<_, _>>()?, required })
}

fn field(name: &str, schema: &Value) -> Result<FormField, String> {
    const SHAPES: &str =
        "is no text, number, bool, enum of names, or list of such an enum; a form is flat";
    let schema = schema.as_object().map(without_null).ok_or(SHAPES)?;
    let kind = kind(&schema).ok_or(SHAPES)?;
    let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).map(str::to_owned);
    Ok(FormField {
        name: name.to_owned(),
        title: text("title"),
        description: text("description"),
        default: schema.get("default").filter(|value| fits(&kind, value)).cloned(),
        kind,
    })
}

/// A field that may be left out: what it is otherwise.
fn without_null(schema: &Object) -> Object {
    let mut schema = schema.clone();
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let mut others = choices.iter().filter(|choice| choice["type"] != "null");
        if let (Some(Value::Object(only)), None) = (others.next(), others.next()) {
            let only = only.clone();
            schema.remove("anyOf");
            for (keyword, value) in only {
                schema.entry(keyword).or_insert(value); // what is said at the field is about it
            }
        }
    }
    schema
}

fn kind(schema: &Object) -> Option<FieldKind> {
    let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
    if let Some(options) = options(schema) {
        return Some(FieldKind::OneOf(options));
    }
    let number = |integer| {
        let bound = |keyword: &str| match schema.get(keyword) {
            Some(Value::Number(bound)) => Some(bound.clone()),
            _ => None,
        };
        FieldKind::Number { integer, minimum: bound("minimum"), maximum: bound("maximum") }
    };
    match schema.get("type")?.as_str()? {
        "string" => {
            let format = schema.get("format").and_then(Value::as_str);
            Some(FieldKind::Text {
                format: format.filter(|format| FORMATS.contains(format)).map(str::to_owned),
                min_length: count("minLength"),
                max_length: count("maxLength"),
            })
        }
        "integer" => Some(number(true)),
        "number" => Some(number(false)),
        "boolean" => Some(FieldKind::Flag),
        "array" => Some(FieldKind::SomeOf {
            options: options(schema.get("items")?.as_object()?)?,
            min_items: count("minItems"),
            max_items: count("maxItems"),
        }),
        _ => None,
    }
}

/// The choices of an enum of names. What documents a variant is what people read.
fn options(schema: &Object) -> Option<Options> {
    if let Some(Value::Array(variants)) = schema.get("oneOf").or_else(|| schema.get("anyOf")) {
        let mut options = Vec::new();
        let mut titled = false;
        for variant in variants.iter().map(Value::as_object) {
            let variant = variant?;
            if let Some(value) = variant.get("const") {
                let value = value.as_str()?.to_owned();
                let title = variant.get("title").or_else(|| variant.get("description"));
                let title = title.and_then(Value::as_str);
                titled |= title.is_some();
                options.push((value.clone(), title.map_or(value, str::to_owned)));
            } else {
                let names = names(variant.get("enum")?)?;
                options.extend(names.into_iter().map(|name| (name.clone(), name)));
            }
        }
        return Some(match titled {
            true => Options::Titled(options),
            false => Options::Plain(options.into_iter().map(|(value, _)| value).collect()),
        });
    }
    let values = names(schema.get("enum")?)?;
    let titles = strings(schema.get("enumNames"));
    Some(match titles.len() == values.len() {
        true => Options::Named(values.into_iter().zip(titles).collect()),
        false => Options::Plain(values),
    })
}

/// All of them have to be text.
fn names(values: &Value) -> Option<Vec<String>> {
    values.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect()
}

fn strings(values: Option<&Value>) -> Vec<String> {
    let values = values.and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn fits(kind: &FieldKind, default: &Value) -> bool {
    match kind {
        FieldKind::Text { .. } | FieldKind::OneOf(_) => default.is_string(),
        FieldKind::Number { integer, .. } => match integer {
            true => default.is_i64() || default.is_u64(),
            false => default.is_number(),
        },
        FieldKind::Flag => default.is_boolean(),
        FieldKind::SomeOf { .. } => names(default).is_some(),
    }
}

impl Form {
    /// Holds an answer against the bounds people were shown. What a field is, and whether it may be
    /// missing, is for its type to say.
    pub(super) fn check(&self, content: &str) -> Result<(), String> {
        let content: Object = from_text(content).map_err(|error| error.to_string())?;
        let given = |field: &FormField| content.get(&field.name).cloned().unwrap_or_default();
        let within = |count: usize, least: &Option<u64>, most: &Option<u64>| {
            least.is_none_or(|least| count as u64 >= least)
                && most.is_none_or(|most| count as u64 <= most)
        };
        for field in &self.fields {
            let fits = match (&field.kind, &given(field)) {
                (FieldKind::Text { min_length, max_length, .. }, Value::String(text)) => {
                    within(text.chars().count(), min_length, max_length)
                }
                (FieldKind::SomeOf { min_items, max_items, .. }, Value::Array(items)) => {
                    within(items.len(), min_items, max_items)
                }
                (FieldKind::Number { minimum, maximum, .. }, Value::Number(number)) => {
                    let bound = |bound: &Option<Number>| bound.as_ref().and_then(Number::as_f64);
                    let number = number.as_f64().unwrap_or(f64::NAN);
                    bound(minimum).is_none_or(|least| number >= least)
                        && bound(maximum).is_none_or(|most| number <= most)
                }
                _ => true,
            };
            if !fits {
                return Err(format!("`{}` is not within the bounds of its field", field.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(JsonSchema, Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Person {
        name: String,
        #[serde(alias = "years")]
        her_age: u8,
        email: Option<String>,
    }

    #[test]
    fn fields_are_in_the_order_of_their_declaration() {
        let form = form_of::<Person>().unwrap();
        let names: Vec<_> = form.fields.iter().map(|field| &*field.name).collect();
        assert_eq!(names, ["name", "herAge", "email"]);
    }

    #[derive(JsonSchema, Deserialize)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Nested {
        inner: Vec<Inner>,
    }

    #[derive(JsonSchema, Deserialize)]
    #[expect(dead_code, reason = "only its schema is of interest")]
    struct Inner {
        at: u8,
    }

    #[test]
    fn what_is_not_flat_is_named() {
        let error = form_of::<Nested>().unwrap_err();
        assert!(error.contains("`Nested`") && error.contains("field `inner`"), "{error}");
        for error in [form_of::<String>(), form_of::<Vec<Inner>>()] {
            assert!(error.unwrap_err().contains("struct with named fields"));
        }
    }
}
