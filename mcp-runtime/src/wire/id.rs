use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::from_text;
use super::number::whole;

/// A request id: echoed with the JSON type and value it came with, never null (basic, "Requests").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum RequestId {
    Number(i64),
    String(Box<str>),
}

impl RequestId {
    /// The id that a JSON value is. Nearly all are integers, and that is seen at once.
    pub(super) fn read(json: &str) -> serde_json::Result<Self> {
        json.parse().map(Self::Number).or_else(|_| from_text(json))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::String(string) => write!(f, "{string:?}"),
        }
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::String(string) => serializer.serialize_str(string),
        }
    }
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;

        impl Visitor<'_> for IdVisitor {
            type Value = RequestId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an integer")
            }

            fn visit_i64<E>(self, number: i64) -> Result<RequestId, E> {
                Ok(RequestId::Number(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RequestId, E> {
                i64::try_from(number).map(RequestId::Number).map_err(|_| {
                    E::custom("expected a string or an integer of 64 bits with a sign")
                })
            }

            /// Some clients write integers as `1.0`.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<RequestId, E> {
                let integer = whole(number).map(RequestId::Number);
                integer.ok_or_else(|| E::custom("expected a string or an integer"))
            }

            fn visit_str<E>(self, string: &str) -> Result<RequestId, E> {
                Ok(RequestId::String(string.into()))
            }
        }

        deserializer.deserialize_any(IdVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn ids_keep_their_type_and_value() {
        for (text, echoed) in [
            ("1", "1"),
            ("1.0", "1"),
            ("\"1\"", "\"1\""),
            ("1800000000000", "1800000000000"),
            ("-0", "0"),
        ] {
            let id: RequestId = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&id).unwrap(), echoed);
            assert_eq!(RequestId::read(text).unwrap(), id);
        }
        for text in ["null", "1.5", "true", "[]", "18446744073709551615"] {
            assert!(serde_json::from_str::<RequestId>(text).is_err(), "{text}");
            assert!(RequestId::read(text).is_err(), "{text}");
        }
    }
}
