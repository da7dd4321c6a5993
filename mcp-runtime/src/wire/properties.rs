//! An object that is read property by property, each by its type: how arguments get into the struct a macro made of them.
//!
//! serde_json does the same, and is compiled for each such struct. Here a struct has only which name is which property; what
//! goes over the text, and reads values, is compiled once for all. And texts are read in blocks (`escapes`).

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::de::SliceRead;
use serde_json::{Error, Result};

use super::scan::Scan;

/// An object in JSON that was found to be JSON before: errors of its own say no more than that it is none.
pub(crate) struct Properties<'a, 'de> {
    scan: Scan<'de>,
    at: &'a Cell<usize>,
}

impl<'a, 'de> Properties<'a, 'de> {
    /// `at` is set to where the value stands that is being read, and before it to where its name ends: line and column of an
    /// error count from there. Where there is neither it is 0.
    pub(crate) fn of(json: &'de str, at: &'a Cell<usize>) -> Self {
        Self { scan: Scan::new(json), at }
    }

    #[inline(never)]
    fn next_name(&mut self) -> Result<Option<Cow<'de, str>>> {
        let name = self.scan.next_name().ok_or_else(no_object)?;
        self.at.set(if name.is_some() { self.scan.place() } else { 0 });
        Ok(name)
    }

    /// The reader of what has properties of another kind.
    fn json(&self) -> serde_json::Deserializer<SliceRead<'de>> {
        serde_json::Deserializer::from_slice(self.scan.json().as_bytes())
    }
}

fn no_object() -> Error {
    Error::custom("expected an object")
}

impl<'de> Deserializer<'de> for Properties<'_, 'de> {
    type Error = Error;

    /// Nearly all that is read. Its names are texts; those of a map are what its type makes of them, as serde_json knows.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _members: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_map(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.json().deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        self.json().deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Properties<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        match self.next_name()? {
            Some(name) => seed.deserialize(Name(name)).map(Some),
            None => Ok(None),
        }
    }

    #[inline(never)]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value> {
        seed.deserialize(Value(&mut self.scan))
    }
}

/// The name of a property.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Error;

    /// What a macro made asks for this, in each tool: one way for it is enough.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        visitor.visit_str(&self.0)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0 {
            Cow::Borrowed(name) => visitor.visit_borrowed_str(name),
            Cow::Owned(name) => visitor.visit_string(name),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum ignored_any
    }
}

/// The value that comes next.
struct Value<'a, 'de>(&'a mut Scan<'de>);

impl<'de> Value<'_, 'de> {
    fn text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.text() {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_string(text),
            None => self.json()?.deserialize_string(visitor),
        }
    }

    /// The reader of all that is no text.
    fn json(self) -> Result<serde_json::Deserializer<SliceRead<'de>>> {
        let json = self.0.known().ok_or_else(no_object)?; // there is one, in what is JSON
        Ok(serde_json::Deserializer::from_slice(json.as_bytes()))
    }
}

/// Methods that read as serde_json does, and what they are given beside the visitor.
macro_rules! as_serde_json {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value> {
            let mut json = self.json()?;
            let value = json.$method($($name,)* visitor)?;
            // One of 128 bits is read as far as there are digits.
            json.end().map_err(|_| Error::custom("expected an integer"))?;
            Ok(value)
        }
    )*};
}

impl<'de> Deserializer<'de> for Value<'_, 'de> {
    type Error = Error;

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        self.text(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.0.null() {
            Some(()) => visitor.visit_none(),
            None => visitor.visit_some(self),
        }
    }

    as_serde_json! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str); // RawValue too, by a name that only serde_json knows
        deserialize_seq();
        deserialize_tuple(length: usize);
        deserialize_tuple_struct(name: &'static str, length: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, members: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::value::RawValue;

    use super::*;
    use crate::wire::message::without_position;

    #[derive(Debug, PartialEq, Deserialize)]
    enum Choice {
        #[serde(rename = "o\"ne")]
        One,
        Many(Vec<String>),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Named(String);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        text: String,
        list: Vec<i64>,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Whole {
        text: String,
        maybe: Option<String>,
        named: Option<Named>,
        character: Option<char>,
        number: Option<f64>,
        flag: Option<bool>,
        pair: Option<(i8, u64)>,
        choices: Vec<Choice>,
        choice: Option<Choice>,
        inner: Option<Inner>,
        map: BTreeMap<u8, Option<String>>,
        any: Option<serde_json::Value>,
        unit: (),
    }

    fn read<'de, T: Deserialize<'de>>(json: &'de str) -> std::result::Result<T, (Error, usize)> {
        let at = Cell::new(0);
        T::deserialize(Properties::of(json, &at)).map_err(|error| (error, at.get()))
    }

    #[test]
    fn each_type_is_read_as_serde_json_reads_it() {
        let texts = [
            "{}",
            r#" { "text" : "a\"b" , "maybe" : null , "x" : [ { "y" : "}]" } , "]" ] } "#,
            r#"{"text":"größe","maybe":"\u00e9\n","named":"\\","character":"\t","number":-1.5e+3}"#,
            r#"{"number":0,"flag":true,"pair":[-1,18446744073709551615],"unit":null,"any":"\n"}"#,
            r#"{"choices":["o\"ne",{"Many":["a\\","]"]}],"choice":{"Many":[]},"any":{"a":[1,"}"]}}"#,
            r#"{"inner":{"list":[1,2],"text":"{\"["},"map":{"7":null,"8":"\""},"\u0074ext":"t"}"#,
            r#"{"flag":1}"#,
            r#"{"text":null}"#,
            r#"{"text":7}"#,
            r#"{"text":"a", "pair": [1,true]}"#,
            r#"{"pair":[1]}"#,
            r#"{"choice":"two"}"#,
            r#"{"text":"\ud800"}"#,
            r#"{"text":"a","text":"b"}"#,
        ];
        for text in texts {
            let (expected, read) = (serde_json::from_str::<Whole>(text), read::<Whole>(text));
            let what = |error: &Error| without_position(error);
            assert_eq!(
                read.as_ref().map_err(|(error, _)| what(error)),
                expected.as_ref().map_err(what),
                "{text}"
            );
            // Where it says where the value stands, the column is that of serde_json.
            if let (Err((error, at)), Err(expected)) = (read, expected)
                && error.column() > 0
            {
                assert_eq!(at + error.column(), expected.column(), "{text}");
            }
        }
    }

    #[test]
    fn what_is_one_type_with_all_of_them_is_that() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Newtype(Inner);

        #[derive(Debug, PartialEq, Deserialize)]
        #[serde(tag = "kind")]
        enum Tagged {
            Inner(Inner),
        }

        let inner = || Inner { text: "a\"".into(), list: vec![1] };
        let json = r#"{"list":[1],"kind":"Inner","text":"a\""}"#;
        assert_eq!(read::<Newtype>(json).unwrap(), Newtype(inner()));
        assert_eq!(read::<Option<Inner>>(json).unwrap(), Some(inner()));
        assert_eq!(read::<Tagged>(json).unwrap(), Tagged::Inner(inner()));
        assert_eq!(read::<Choice>(r#"{"Many":["\n"]}"#).unwrap(), Choice::Many(vec!["\n".into()]));
    }

    #[test]
    fn texts_are_borrowed_where_they_have_no_escapes() {
        #[derive(Deserialize)]
        struct Borrowed<'a> {
            text: &'a str,
            #[serde(borrow)]
            raw: &'a RawValue,
        }
        let borrowed: Borrowed = read(r#"{"text":"as it is","raw":"a\n"}"#).unwrap();
        assert_eq!((borrowed.text, borrowed.raw.get()), ("as it is", r#""a\n""#));
    }

    #[test]
    fn what_is_no_value_is_at_its_name_or_nowhere() {
        for (json, what, place) in [
            (r#"{"text":"a" , "text" : "b"}"#, "duplicate field `text`", 23),
            ("[]", "expected an object", 0),
        ] {
            let (error, at) = read::<Whole>(json).unwrap_err();
            assert_eq!((without_position(&error), at), (what.into(), place));
        }
        #[derive(Debug, Deserialize)]
        struct Needs {
            #[expect(dead_code, reason = "only read")]
            text: String,
        }
        let (error, at) = read::<Needs>(r#"{"more":1}"#).unwrap_err();
        assert_eq!((without_position(&error), at), ("missing field `text`".into(), 0));
    }

    #[test]
    fn an_integer_of_128_bits_is_read_to_its_end() {
        #[derive(Debug, Deserialize)]
        struct Large {
            number: u128,
        }
        let read = |number| {
            read::<Large>(&format!(r#"{{"number":{number}}}"#)).map(|large| large.number).ok()
        };
        assert_eq!(read("340282366920938463463374607431768211455"), Some(u128::MAX));
        for number in ["1.5", "1e5", "10000000000000000000000.5"] {
            assert_eq!(read(number), None, "{number}");
        }
    }

    #[test]
    fn who_reads_names_by_hand_gets_them_as_from_serde_json() {
        #[derive(Debug, PartialEq)]
        struct Names(Vec<String>);

        impl<'de> Deserialize<'de> for Names {
            fn deserialize<D: Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                struct Three;

                impl<'de> Visitor<'de> for Three {
                    type Value = Names;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("up to three")
                    }

                    fn visit_map<M: MapAccess<'de>>(
                        self,
                        mut map: M,
                    ) -> std::result::Result<Names, M::Error> {
                        let mut names = Vec::new();
                        for _ in 0..3 {
                            if let Some(name) = map.next_key::<&'de str>()? {
                                names.push(name.to_owned());
                                map.next_value::<i64>()?;
                            }
                        }
                        Ok(Names(names))
                    }
                }

                deserializer.deserialize_struct("Names", &[], Three)
            }
        }
        for (json, names) in
            [("{}", &[][..]), (r#"{"a":1}"#, &["a"]), (r#"{"a":1, "b":2 }"#, &["a", "b"])]
        {
            assert_eq!(read::<Names>(json).unwrap().0, names, "{json}");
        }
    }
}
