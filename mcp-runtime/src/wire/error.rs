use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// The error member of a JSON-RPC response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ErrorObject {
    pub(crate) code: Code,
    pub(crate) message: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<Value>,
}

impl ErrorObject {
    pub(crate) fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), data: None }
    }

    /// A failure of ours: the log knows more, the peer does not.
    pub(crate) fn internal() -> Self {
        Self::new(Code::INTERNAL_ERROR, "internal error")
    }

    pub(crate) fn with_data(self, data: Value) -> Self {
        Self { data: Some(data), ..self }
    }
}

/// An error code of JSON-RPC or of the protocol (basic, "Error codes").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) i32);

impl Code {
    pub(crate) const PARSE_ERROR: Self = Self(-32700);
    pub(crate) const INVALID_REQUEST: Self = Self(-32600);
    pub(crate) const METHOD_NOT_FOUND: Self = Self(-32601);
    pub(crate) const INVALID_PARAMS: Self = Self(-32602);
    pub(crate) const INTERNAL_ERROR: Self = Self(-32603);
    /// Sessions only; the stateless revision says `INVALID_PARAMS`.
    pub(crate) const RESOURCE_NOT_FOUND: Self = Self(-32002);
    pub(crate) const MISSING_CAPABILITY: Self = Self(-32021);
    pub(crate) const HEADER_MISMATCH: Self = Self(-32020);
    pub(crate) const UNSUPPORTED_PROTOCOL_VERSION: Self = Self(-32022);
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.0)
    }
}

/// A peer's text in a message of ours: quoted, and cut to `.1` characters.
pub(crate) struct Quoted<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, longest) = *self;
        match text.char_indices().nth(longest) {
            None => fmt::Debug::fmt(text, f),
            Some((end, _)) => write!(f, "{:?}…", &text[..end]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_cut_between_characters() {
        assert_eq!(Quoted("äöü\n", 4).to_string(), "\"äöü\\n\"");
        assert_eq!(Quoted("äöü\n", 2).to_string(), "\"äö\"…");
    }
}
