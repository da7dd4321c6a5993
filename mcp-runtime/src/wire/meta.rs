use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::envelope::set;
use super::scan::Scan;
use super::{Code, ErrorObject, RequestId};

/// The reserved members of a request's `_meta` (basic, "General fields").
///
/// `clientInfo` and `clientCapabilities` stay text: few calls look at them.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, expecting = "an object")]
pub(crate) struct RequestMeta<'a> {
    #[serde(rename = "progressToken")]
    pub(crate) progress_token: Option<RequestId>,
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    pub(crate) protocol_version: Option<Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "text", rename = "io.modelcontextprotocol/clientInfo")]
    pub(crate) client_info: Option<&'a str>,
    #[serde(
        borrow,
        deserialize_with = "text",
        rename = "io.modelcontextprotocol/clientCapabilities"
    )]
    pub(crate) client_capabilities: Option<&'a str>,
    #[serde(borrow, deserialize_with = "text", rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a str>,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de str>, D::Error> {
    let raw: Option<&RawValue> = Deserialize::deserialize(deserializer)?;
    Ok(raw.map(RawValue::get))
}

impl<'a> RequestMeta<'a> {
    pub(crate) fn parse(raw: Option<&'a [u8]>) -> Result<Self, ErrorObject> {
        let Some(raw) = raw else { return Ok(Self::default()) };
        if raw.first() != Some(&b'{') {
            return Err(ErrorObject::new(Code::INVALID_PARAMS, "params._meta: expected an object"));
        }
        if let Some(meta) = str::from_utf8(raw).ok().and_then(Self::scan) {
            debug_assert_eq!(Some(&meta), serde_json::from_slice(raw).ok().as_ref());
            return Ok(meta);
        }
        serde_json::from_slice(raw).map_err(|error| {
            let what = super::message::without_position(&error);
            ErrorObject::new(Code::INVALID_PARAMS, format!("params._meta: {what}"))
        })
    }

    /// Reads what nearly all are like in one quick pass. Nothing if there is an escape where there
    /// is rarely one, a reserved member that is null or stands twice, or anything wrong.
    fn scan(text: &'a str) -> Option<Self> {
        let mut meta = Self::default();
        let mut scan = Scan::new(text);
        let value = |scan: &mut Scan<'a>| scan.value().filter(|value| *value != "null");
        scan.object(|scan, key| match key {
            "progressToken" => set(&mut meta.progress_token, RequestId::read(scan.value()?).ok()?),
            "io.modelcontextprotocol/protocolVersion" => {
                set(&mut meta.protocol_version, scan.plain_string()?.into())
            }
            "io.modelcontextprotocol/clientInfo" => set(&mut meta.client_info, value(scan)?),
            "io.modelcontextprotocol/clientCapabilities" => {
                set(&mut meta.client_capabilities, value(scan)?)
            }
            "io.modelcontextprotocol/logLevel" => set(&mut meta.log_level, value(scan)?),
            _ => scan.value().map(drop),
        })?;
        scan.end()?;
        Some(meta)
    }

    /// Whether any member that only the stateless revision has is there.
    pub(crate) fn is_stateless(&self) -> bool {
        self.protocol_version.is_some()
            || self.client_info.is_some()
            || self.client_capabilities.is_some()
            || self.log_level.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = r#""io.modelcontextprotocol/protocolVersion":"v""#;

    #[test]
    fn what_describes_a_request_is_scanned() {
        let text = format!(
            r#" {{ {VERSION}, "progressToken": 1.0, "x": [null], "io.modelcontextprotocol/clientInfo": {{}},
            "io.modelcontextprotocol/clientCapabilities": {{ "a": 1 }},
            "io.modelcontextprotocol/logLevel": "info" }} "#
        );
        let scanned = RequestMeta::scan(&text).unwrap();
        assert_eq!(scanned, serde_json::from_str(&text).unwrap());
        assert_eq!(scanned.client_capabilities, Some(r#"{ "a": 1 }"#));
        assert_eq!(scanned.progress_token, Some(RequestId::Number(1)));
    }

    #[test]
    fn what_is_unusual_is_left_to_serde() {
        for (text, is_read) in [
            (r#"{"progressToken":null}"#, true),
            (r#"{"progressToken":1.5}"#, false),
            (r#"{"progressToken":1,"progressToken":1}"#, false),
            (r#"{"io.modelcontextprotocol\/protocolVersion":"v"}"#, true),
            (r#"{"io.modelcontextprotocol/protocolVersion":"\u0076"}"#, true),
            (r#"{"io.modelcontextprotocol/protocolVersion":1}"#, false),
            (r#"{"io.modelcontextprotocol/protocolVersion":null}"#, true),
            (r#"{"io.modelcontextprotocol/clientInfo":null}"#, true),
            (
                r#"{"io.modelcontextprotocol/clientInfo":null,"io.modelcontextprotocol/clientInfo":{}}"#,
                false,
            ),
        ] {
            assert_eq!(RequestMeta::scan(text), None, "{text}");
            assert_eq!(RequestMeta::parse(Some(text.as_bytes())).is_ok(), is_read, "{text}");
        }
    }
}
