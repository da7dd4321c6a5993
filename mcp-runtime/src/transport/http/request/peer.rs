use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{params, sentinel};
use crate::context::{Caller, Peer};
use crate::transport::http::header::single;
use crate::wire::meta::RequestMeta;
use crate::wire::tool::Described;
use crate::wire::{Code, ErrorObject, Member, Message, Method, Quoted};

pub(super) const PROTOCOL_VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// The sender of a message over HTTP: the headers it came with.
#[derive(Debug)]
pub(in crate::transport::http) struct HttpPeer {
    /// Whether the response may become a stream.
    pub(in crate::transport::http) streams: bool,
    pub(in crate::transport::http) headers: HeaderMap,
    pub(in crate::transport::http) caller: Caller,
}

impl Peer for HttpPeer {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn named_version(&self) -> Option<&str> {
        self.headers.get(PROTOCOL_VERSION)?.to_str().ok()
    }

    fn has_stream(&self) -> bool {
        self.streams
    }

    /// Proxies route by these headers, so what they say must be what is done
    /// (streamable-http, "Request headers").
    fn mirrors(&self, message: &Message, meta: &RequestMeta<'_>) -> Result<(), ErrorObject> {
        let version = self.literal(&PROTOCOL_VERSION)?;
        same(&PROTOCOL_VERSION, version, meta.protocol_version.as_deref())?;
        let method = self.literal(&METHOD)?;
        same(&METHOD, method, message.method().map(Method::as_str))?;
        let named = match message.method() {
            Some(Method::ToolsCall | Method::PromptsGet) => Member::Name,
            Some(Method::ResourcesRead) => Member::Uri,
            _ => return Ok(()),
        };
        // A name that is no string is the method's to refuse.
        let Ok(in_message) = message.text(named) else { return Ok(()) };
        same(&NAME, self.decoded(&NAME)?.as_deref(), in_message.as_deref())
    }

    fn mirrors_arguments(
        &self,
        message: &Message,
        tool: &dyn Described,
    ) -> Result<(), ErrorObject> {
        let mirrored = &tool.schemas().mirrored;
        if mirrored.is_empty() { Ok(()) } else { params::mirror(self, message, mirrored) }
    }
}

impl HttpPeer {
    /// A header that may stand once, without the white space around it.
    fn literal(&self, name: &HeaderName) -> Result<Option<&str>, ErrorObject> {
        let value = single(&self.headers, name)
            .map_err(|_| mismatch(format!("header {name} is repeated")))?;
        value.map(|value| plain(name, value)).transpose()
    }

    /// A header whose text may be wrapped in base64, because headers are ASCII and names are not.
    pub(super) fn decoded(&self, name: &HeaderName) -> Result<Option<Cow<'_, str>>, ErrorObject> {
        let Some(value) = self.literal(name)? else { return Ok(None) };
        let text = sentinel::decode(value);
        text.map(Some)
            .ok_or_else(|| mismatch(format!("header {name} is not valid base64 of UTF-8")))
    }
}

fn plain<'a>(name: &HeaderName, value: &'a HeaderValue) -> Result<&'a str, ErrorObject> {
    let text = value.to_str().map_err(|_| mismatch(format!("header {name} is not plain ASCII")))?;
    Ok(text.trim_ascii())
}

fn same(
    name: &HeaderName,
    in_header: Option<&str>,
    in_message: Option<&str>,
) -> Result<(), ErrorObject> {
    match (in_header, in_message) {
        (header, message) if header == message => Ok(()),
        (None, Some(_)) => Err(mismatch(format!("header {name} is missing"))),
        (header, _) => {
            let header = header.unwrap_or_default();
            let header = Quoted(header, 80);
            Err(mismatch(format!("header {name} says {header}, the message does not")))
        }
    }
}

pub(super) fn mismatch(what: String) -> ErrorObject {
    ErrorObject::new(Code::HEADER_MISMATCH, what)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn check(headers: &[(&'static str, &'static str)], message: &'static str) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let message = Message::parse(Bytes::from_static(message.as_bytes())).unwrap();
        let meta = RequestMeta::of(&message).unwrap();
        let error = HttpPeer { streams: true, headers: map, caller: Caller::Anyone }
            .mirrors(&message, &meta)
            .err()?;
        assert_eq!(error.code, Code::HEADER_MISMATCH);
        Some(error.message.into_owned())
    }

    const V: (&str, &str) = ("mcp-protocol-version", "v");
    const M: (&str, &str) = ("mcp-method", "tools/call");
    const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"größe","_meta":{"io.modelcontextprotocol/protocolVersion":"v"}}}"#;

    #[test]
    fn headers_mirror_the_message() {
        let name = ("mcp-name", "  =?base64?Z3LDtsOfZQ==?=  ");
        assert_eq!(check(&[V, M, name], CALL), None);
        for (headers, what) in [
            (vec![M, name], "mcp-protocol-version is missing"),
            (vec![("mcp-protocol-version", "w"), M, name], "mcp-protocol-version says \"w\""),
            (vec![V, name], "mcp-method is missing"),
            (vec![V, ("mcp-method", "TOOLS/CALL"), name], "mcp-method says"),
            (vec![V, M], "mcp-name is missing"),
            (vec![V, M, name, name], "mcp-name is repeated"),
            (vec![V, M, ("mcp-name", "=?base64?Z3LDtsOfZQ?=")], "not valid base64"),
            (vec![V, M, ("mcp-name", "add")], "mcp-name says \"add\""),
        ] {
            let error = check(&headers, CALL).unwrap();
            assert!(error.contains(what), "{error}");
        }
    }

    #[test]
    fn a_name_is_mirrored_only_where_the_method_has_one() {
        let list = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"v"}}}"#;
        assert_eq!(check(&[V, ("mcp-method", "tools/list"), ("mcp-name", "x")], list), None);
    }
}
