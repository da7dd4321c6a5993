//! Arguments that arrive as strings: prompt arguments and URI variables. The same struct that reads
//! JSON reads them; a number is parsed where the parameter is a number.

use std::fmt;

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;

use super::fault::Fault;

/// A value given as text: one string, or the segments of an exploded variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextValue {
    One(String),
    Many(Vec<String>),
}

/// Reads named values as the struct the macro made of the parameters.
pub(super) fn read<'a, T: DeserializeOwned>(
    values: Vec<(&'a str, &'a TextValue)>,
) -> Result<T, Fault> {
    let fields = values.into_iter().map(|(name, value)| (name, Field { name, value }));
    T::deserialize(MapDeserializer::<_, Error>::new(fields))
        .map_err(|error| Fault::arguments(error.to_string()))
}

#[derive(Clone, Copy)]
struct Field<'a> {
    name: &'a str,
    value: &'a TextValue,
}

impl<'a> Field<'a> {
    fn text(self) -> Result<&'a str, Error> {
        match self.value {
            TextValue::One(text) => Ok(text),
            TextValue::Many(_) => Err(self.wrong("one value", Unexpected::Seq)),
        }
    }

    fn wrong(self, expected: &str, found: Unexpected<'_>) -> Error {
        Error::custom(format_args!("`{}`: expected {expected}, found {found}", self.name))
    }
}

/// Reads a scalar by its `FromStr`.
macro_rules! parse {
    ($($method:ident => $visit:ident: $expected:literal,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let text = self.text()?;
            match text.parse() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(self.wrong($expected, Unexpected::Str(text))),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Field<'_> {
    type Error = Error;

    parse! {
        deserialize_bool => visit_bool: "true or false",
        deserialize_i8 => visit_i8: "an integer (8 bits)",
        deserialize_i16 => visit_i16: "an integer (16 bits)",
        deserialize_i32 => visit_i32: "an integer (32 bits)",
        deserialize_i64 => visit_i64: "an integer",
        deserialize_i128 => visit_i128: "an integer",
        deserialize_u8 => visit_u8: "an integer from 0 to 255",
        deserialize_u16 => visit_u16: "an integer from 0 to 65535",
        deserialize_u32 => visit_u32: "an integer of at least 0 (32 bits)",
        deserialize_u64 => visit_u64: "an integer of at least 0",
        deserialize_u128 => visit_u128: "an integer of at least 0",
        deserialize_f32 => visit_f32: "a number",
        deserialize_f64 => visit_f64: "a number",
        deserialize_char => visit_char: "one character",
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            TextValue::One(text) => visitor.visit_str(text),
            TextValue::Many(_) => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A choice is one of its unit variants.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let text = self.text()?;
        if !variants.contains(&text) {
            return Err(self.wrong(&OneOf(variants).to_string(), Unexpected::Str(text)));
        }
        IntoDeserializer::<Error>::into_deserializer(text).deserialize_enum(name, variants, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            TextValue::Many(texts) => {
                let elements: Vec<_> = texts.iter().cloned().map(TextValue::One).collect();
                let fields = elements.iter().map(|value| Field { name: self.name, value });
                SeqDeserializer::<_, Error>::new(fields).deserialize_seq(visitor)
            }
            TextValue::One(text) => Err(self.wrong("a list", Unexpected::Str(text))),
        }
    }

    forward_to_deserialize_any! {
        str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Error> for Field<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct OneOf(&'static [&'static str]);

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of ")?;
        for (index, variant) in self.0.iter().enumerate() {
            write!(f, "{}`{variant}`", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::handler::fault::FaultKind;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Tone {
        Formal,
        Casual,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Arguments {
        name: String,
        count: Option<u8>,
        tone: Tone,
        #[serde(default)]
        path: Vec<String>,
    }

    fn arguments(values: &[(&str, TextValue)]) -> Result<Arguments, String> {
        read(values.iter().map(|(name, value)| (*name, value)).collect()).map_err(|fault| {
            match fault.kind {
                FaultKind::Arguments(text) => text,
                _ => unreachable!(),
            }
        })
    }

    fn one(text: &str) -> TextValue {
        TextValue::One(text.to_owned())
    }

    #[test]
    fn text_becomes_the_type_of_the_parameter() {
        let path = TextValue::Many(vec!["a".into(), "b".into()]);
        let read = arguments(&[
            ("name", one("7")),
            ("count", one("3")),
            ("tone", one("casual")),
            ("path", path),
        ]);
        let expected = Arguments {
            name: "7".into(),
            count: Some(3),
            tone: Tone::Casual,
            path: vec!["a".into(), "b".into()],
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn errors_name_the_argument() {
        let wrong = [
            (vec![("name", one("x"))], "missing field `tone`"),
            (
                vec![("count", one("300"))],
                "`count`: expected an integer from 0 to 255, found string \"300\"",
            ),
            (
                vec![("tone", one("rude"))],
                "`tone`: expected one of `formal`, `casual`, found string \"rude\"",
            ),
        ];
        for (values, error) in wrong {
            assert_eq!(arguments(&values), Err(error.to_owned()));
        }
    }
}
