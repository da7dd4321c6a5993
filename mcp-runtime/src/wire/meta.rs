use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Code, ErrorObject, RequestId};

/// The reserved members of a request's `_meta` (basic, "General fields").
///
/// `clientInfo` and `clientCapabilities` stay text: few calls look at them.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object")]
pub(crate) struct RequestMeta<'a> {
    #[serde(rename = "progressToken")]
    pub(crate) progress_token: Option<RequestId>,
    #[serde(borrow, rename = "io.modelcontextprotocol/protocolVersion")]
    pub(crate) protocol_version: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientInfo")]
    pub(crate) client_info: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/clientCapabilities")]
    pub(crate) client_capabilities: Option<&'a RawValue>,
    #[serde(borrow, rename = "io.modelcontextprotocol/logLevel")]
    pub(crate) log_level: Option<&'a RawValue>,
}

impl<'a> RequestMeta<'a> {
    pub(crate) fn parse(raw: Option<&'a [u8]>) -> Result<Self, ErrorObject> {
        let Some(raw) = raw else { return Ok(Self::default()) };
        if raw.first() != Some(&b'{') {
            return Err(ErrorObject::new(Code::INVALID_PARAMS, "params._meta: expected an object"));
        }
        serde_json::from_slice(raw).map_err(|error| {
            let what = super::message::without_position(&error);
            ErrorObject::new(Code::INVALID_PARAMS, format!("params._meta: {what}"))
        })
    }

    /// Whether any member that only the stateless revision has is there.
    pub(crate) fn is_stateless(&self) -> bool {
        self.protocol_version.is_some()
            || self.client_info.is_some()
            || self.client_capabilities.is_some()
            || self.log_level.is_some()
    }
}
