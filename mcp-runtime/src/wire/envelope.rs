//! What a JSON-RPC message says of itself, beside what its method is about.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::message::{MEMBERS, Member, MessageKind};
use super::scan::Scan;
use super::{Method, RequestId, from_text};

/// The members of a message, borrowed from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    jsonrpc: Option<Cow<'a, str>>,
    /// As JSON, `null` included: an id of null is an error, not a notification.
    id: Option<&'a str>,
    method: Option<Cow<'a, str>>,
    has_result: bool,
    has_error: bool,
    /// Those of params, as JSON.
    pub(super) members: [Option<&'a str>; MEMBERS.len()],
}

impl<'a> Envelope<'a> {
    /// Reads a message as nearly all are written in one quick pass, any other by serde, which also
    /// says what is wrong with it.
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        let Some(envelope) = Self::scan(text) else { return Self::spelled_out(text) };
        debug_assert_eq!(Some(&envelope), Self::spelled_out(text).ok().as_ref());
        Ok(envelope)
    }

    /// Nothing if there is an escape where there is rarely one, a member twice, or no JSON.
    fn scan(text: &'a str) -> Option<Self> {
        let mut envelope = Self::default();
        let mut has_params = false;
        let mut scan = Scan::new(text);
        scan.object(|scan, key| match key {
            "jsonrpc" => set(&mut envelope.jsonrpc, scan.plain_string()?.into()),
            "id" => set(&mut envelope.id, scan.value()?),
            "method" => set(&mut envelope.method, scan.plain_string()?.into()),
            "params" if has_params => None,
            "params" => {
                has_params = true;
                scan.object(|scan, key| match Member::named(key) {
                    Some(member) => set(&mut envelope.members[member as usize], scan.value()?),
                    None => scan.value().map(drop),
                })
            }
            "result" | "error" => {
                let has = if key == "result" {
                    &mut envelope.has_result
                } else {
                    &mut envelope.has_error
                };
                scan.value()?;
                (!std::mem::replace(has, true)).then_some(())
            }
            _ => scan.value().map(drop),
        })?;
        scan.end()?;
        Some(envelope)
    }

    fn spelled_out(text: &'a str) -> serde_json::Result<Self> {
        let Spelled { jsonrpc, id, method, params, result, error } = from_text(text)?;
        Ok(Self {
            jsonrpc,
            id: id.map(RawValue::get),
            method,
            has_result: result.is_some(),
            has_error: error.is_some(),
            members: params.members.map(|raw| raw.map(RawValue::get)),
        })
    }

    pub(super) fn kind(&self) -> Result<MessageKind, &'static str> {
        if self.jsonrpc.as_deref() != Some("2.0") {
            return Err("not a JSON-RPC message: `jsonrpc` must be \"2.0\"");
        }
        let id: Option<RequestId> = self
            .id
            .map(RequestId::read)
            .transpose()
            .map_err(|_| "`id` must be a string or an integer")?;
        match (&self.method, id, self.has_result, self.has_error) {
            (Some(method), Some(id), false, false) => {
                Ok(MessageKind::Request { id, method: Method::from(&**method) })
            }
            (Some(method), None, false, false) => {
                Ok(MessageKind::Notification { method: Method::from(&**method) })
            }
            (None, Some(id), true, false) | (None, Some(id), false, true) => {
                Ok(MessageKind::Response { id })
            }
            _ => Err(
                "not a JSON-RPC message: needs `method`, or an `id` and one of `result` and `error`",
            ),
        }
    }
}

/// Nothing if it is set already.
pub(super) fn set<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

#[derive(serde::Deserialize)]
#[serde(expecting = "a JSON-RPC message")]
struct Spelled<'a> {
    #[serde(borrow)]
    jsonrpc: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    params: Params<'a>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Keeps `null` apart from absent.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

#[derive(Default)]
struct Params<'a> {
    members: [Option<&'a RawValue>; MEMBERS.len()],
}

impl<'de: 'a, 'a> Deserialize<'de> for Params<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ParamsVisitor;

        impl<'de> Visitor<'de> for ParamsVisitor {
            type Value = Params<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`params` as an object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Params::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut params = Params::default();
                while let Some(Key(member)) = map.next_key()? {
                    let Some(member) = member else {
                        map.next_value::<de::IgnoredAny>()?;
                        continue;
                    };
                    if set(&mut params.members[member as usize], map.next_value()?).is_none() {
                        // Two readings of one message are how a guard and a server come to differ.
                        return Err(de::Error::custom(format_args!(
                            "params.{} stands twice",
                            member.name()
                        )));
                    }
                }
                Ok(params)
            }
        }

        deserializer.deserialize_any(ParamsVisitor)
    }
}

struct Key(Option<Member>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(Key(Member::named(name)))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_as_they_come_are_scanned() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":"\n"}}}"#,
            r#" { "id" : "x", "params" : { }, "method" : "ping", "jsonrpc" : "2.0", "more" : null } "#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
            r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1.0,"error":{"code":1,"message":"no"}}"#,
        ] {
            let scanned = Envelope::scan(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(scanned, Envelope::spelled_out(text).unwrap(), "{text}");
        }
    }

    #[test]
    fn what_is_unusual_is_left_to_serde() {
        for (text, is_read) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"tools\/call"}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"m\u0065thod":"ping"}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"method":null,"result":1}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, true),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"result":1,"result":2}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"name":1,"name":2}}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, false),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping""#, false),
        ] {
            assert_eq!(Envelope::scan(text), None, "{text}");
            assert_eq!(Envelope::read(text).is_ok(), is_read, "{text}");
        }
    }
}
