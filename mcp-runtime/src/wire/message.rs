use std::borrow::Cow;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::index::{Flaw, Index};
use super::{Code, ErrorObject, Member, Method, RequestId, string};

/// One JSON-RPC message: the bytes it came in and an index of its members, made in one pass.
///
/// Params stay unparsed until the method is known; a tool's `arguments` are read once, straight
/// into the struct the macro generated.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    bytes: Bytes,
    pub(crate) kind: MessageKind,
    /// Large, and moved from hand to hand.
    index: Box<Index>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessageKind {
    Request {
        id: RequestId,
        method: Method,
    },
    Notification {
        method: Method,
    },
    /// The peer's answer to a request of ours.
    Response {
        id: RequestId,
    },
}

impl MessageKind {
    fn of(text: &str, index: &Index) -> Result<Self, &'static str> {
        let string = |member| match index.text(member, text) {
            None | Some("null") => Ok(None),
            Some(json) => string::read(json.as_bytes()).map(Some),
        };
        if !string(Member::Jsonrpc).is_ok_and(|version| version.as_deref() == Some("2.0")) {
            return Err("`jsonrpc` must be \"2.0\"");
        }
        // An id of null is an error, not a notification.
        let id = index.text(Member::Id, text).map(RequestId::read).transpose();
        let id = id.map_err(|_| "`id` must be a string or an integer")?;
        let method = string(Member::Method).map_err(|_| "`method` must be a string")?;
        let method = method.as_deref().map(Method::from);
        let has = |member| index.place(member).is_some();
        match (method, id, has(Member::Result), has(Member::Error)) {
            (Some(method), Some(id), false, false) => Ok(Self::Request { id, method }),
            (Some(method), None, false, false) => Ok(Self::Notification { method }),
            (None, Some(id), true, false) | (None, Some(id), false, true) => {
                Ok(Self::Response { id })
            }
            _ => Err("needs `method`, or an `id` and one of `result` and `error`"),
        }
    }
}

/// A message that cannot be read: the error to send, with the id if that much was legible.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) id: Option<RequestId>,
    pub(crate) error: ErrorObject,
}

impl Message {
    /// Reads one message. Not JSON: `-32700`; JSON but no JSON-RPC message: `-32600`.
    pub(crate) fn parse(bytes: Bytes) -> Result<Self, Unreadable> {
        let text = str::from_utf8(&bytes).map_err(|_| not_json("not UTF-8"))?;
        let (index, flaw) = Index::of(text).ok_or_else(|| not_json("not JSON"))?;
        let kind = match flaw {
            None => MessageKind::of(text, &index).map_err(Cow::Borrowed),
            Some(flaw) => Err(flaw.to_string().into()),
        };
        let kind = kind.map_err(|what| Unreadable {
            id: match flaw {
                Some(Flaw::Twice(Member::Id)) => None,
                _ => index.text(Member::Id, text).and_then(|id| RequestId::read(id).ok()),
            },
            error: ErrorObject::new(
                Code::INVALID_REQUEST,
                format!("not a JSON-RPC message: {what}"),
            ),
        })?;
        Ok(Self { bytes, kind, index: Box::new(index) })
    }

    pub(crate) fn method(&self) -> Option<&Method> {
        match &self.kind {
            MessageKind::Request { method, .. } | MessageKind::Notification { method } => {
                Some(method)
            }
            MessageKind::Response { .. } => None,
        }
    }

    pub(crate) fn is_request(&self) -> bool {
        matches!(self.kind, MessageKind::Request { .. })
    }

    /// The JSON of a member, if it is there and not null.
    pub(crate) fn raw(&self, member: Member) -> Option<&[u8]> {
        let text = self.raw_or_null(member)?;
        (text != b"null").then_some(text)
    }

    /// The JSON of a member, `null` included.
    pub(crate) fn raw_or_null(&self, member: Member) -> Option<&[u8]> {
        self.bytes.get(self.index.place(member)?.range())
    }

    /// A member as `T`; absent and null are `None`.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        member: Member,
    ) -> Result<Option<T>, ErrorObject> {
        self.raw(member)
            .map(serde_json::from_slice)
            .transpose()
            .map_err(|error| invalid_member(member, &error))
    }

    /// All of params as `T`; absent ones are empty.
    pub(crate) fn params<T: DeserializeOwned>(&self) -> Result<T, ErrorObject> {
        let params = self.raw(Member::Params).unwrap_or(b"{}");
        serde_json::from_slice(params).map_err(|error| invalid_member(Member::Params, &error))
    }

    /// A member that has to be there.
    pub(crate) fn require<T: DeserializeOwned>(&self, member: Member) -> Result<T, ErrorObject> {
        self.read(member)?.ok_or_else(|| missing(member))
    }

    /// A string member, borrowed from the message where it has no escapes.
    pub(crate) fn text(&self, member: Member) -> Result<Option<Cow<'_, str>>, ErrorObject> {
        let Some(raw) = self.raw(member) else { return Ok(None) };
        string::read(raw).map(Some).map_err(|error| invalid_member(member, &error))
    }

    pub(crate) fn require_text(&self, member: Member) -> Result<Cow<'_, str>, ErrorObject> {
        self.text(member)?.ok_or_else(|| missing(member))
    }
}

/// The error a peer answered with; what it lacks is empty.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct PeerError {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Message {
    /// What a response says: its result, or the peer's error. Text if it is neither.
    pub(crate) fn outcome(&self) -> Result<Result<Box<RawValue>, PeerError>, String> {
        fn read<T: DeserializeOwned>(raw: &[u8]) -> Result<T, String> {
            serde_json::from_slice(raw).map_err(|error| without_position(&error))
        }
        match (self.raw(Member::Error), self.raw(Member::Result)) {
            (Some(error), _) => read(error).map(Err),
            (None, Some(result)) => read(result).map(Ok),
            (None, None) => Err("its result is null".to_owned()),
        }
    }
}

pub(crate) fn missing(member: Member) -> ErrorObject {
    ErrorObject::new(Code::INVALID_PARAMS, format!("{} is missing", member.path()))
}

fn invalid_member(member: Member, error: &serde_json::Error) -> ErrorObject {
    let what = without_position(error);
    ErrorObject::new(Code::INVALID_PARAMS, format!("{}: {what}", member.path()))
}

/// serde_json appends "at line 1 column 9", which is about a slice the peer never saw.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    /// serde quotes what it found, which may be all the peer sent.
    const LONGEST: usize = 300;
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&position).unwrap_or(&text); // an author's errors speak of lines too
    match what.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &what[..cut]),
        None => what.to_owned(),
    }
}

pub(super) fn not_json(what: &'static str) -> Unreadable {
    Unreadable { id: None, error: ErrorObject::new(Code::PARSE_ERROR, what) }
}

impl Unreadable {
    /// The refusal of a message that is not read, for whoever waits for its id. By serde, which
    /// passes over what is nested deeper than anything we read.
    pub(crate) fn refused(bytes: &[u8], error: ErrorObject) -> Self {
        #[derive(serde::Deserialize)]
        struct Id {
            id: RequestId,
        }
        // serde would take an array for the struct.
        let is_object = bytes.trim_ascii_start().first() == Some(&b'{');
        let id = is_object.then(|| serde_json::from_slice::<Id>(bytes).ok()).flatten();
        Self { id: id.map(|message| message.id), error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &'static str) -> Result<Message, Unreadable> {
        Message::parse(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn params_are_indexed_in_place() {
        let message = parse(
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments":{"a":1},"name":"ad\u0064","x":[1]}}"#,
        )
        .unwrap();
        assert_eq!(
            message.kind,
            MessageKind::Request { id: RequestId::Number(7), method: Method::ToolsCall }
        );
        assert_eq!(message.raw(Member::Arguments), Some(&br#"{"a":1}"#[..]));
        assert_eq!(message.require_text(Member::Name).unwrap(), "add");
        assert_eq!(message.raw(Member::Cursor), None);
    }

    #[test]
    fn only_the_position_is_cut_off_an_error() {
        use serde::de::Error as _;

        let error = serde_json::Error::custom("a query is wrong at line 1: no x");
        assert_eq!(without_position(&error), "a query is wrong at line 1: no x");
        let error = serde_json::from_str::<i64>("true").unwrap_err();
        assert_eq!(without_position(&error), "invalid type: boolean `true`, expected i64");
    }

    #[test]
    fn broken_messages_name_the_flaw_and_keep_the_id() {
        for (text, code, id) in [
            ("{", Code::PARSE_ERROR, None),
            ("", Code::PARSE_ERROR, None),
            ("[]", Code::INVALID_REQUEST, None),
            ("[", Code::PARSE_ERROR, None),
            (r#" ["2.0",1,"ping"]"#, Code::INVALID_REQUEST, None),
            (r#"["2.0",2,"tools/list",{}]"#, Code::INVALID_REQUEST, None),
            (r#""ping""#, Code::INVALID_REQUEST, None),
            ("1", Code::INVALID_REQUEST, None),
            (r#"{"id":1,"method":"ping"}"#, Code::INVALID_REQUEST, Some(1)),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, Code::INVALID_REQUEST, None),
            (
                r#"{"jsonrpc":"2.0","id":2,"method":"ping","params":[]}"#,
                Code::INVALID_REQUEST,
                Some(2),
            ),
            (r#"{"jsonrpc":"2.0","id":3,"result":{},"error":{}}"#, Code::INVALID_REQUEST, Some(3)),
            (
                r#"{"jsonrpc":"2.0","id":4,"method":"ping","params":{"name":1,"name":2}}"#,
                Code::INVALID_REQUEST,
                Some(4),
            ),
        ] {
            let unreadable = parse(text).unwrap_err();
            assert_eq!(unreadable.error.code, code, "{text}");
            assert_eq!(unreadable.id, id.map(RequestId::Number), "{text}");
        }
    }
}
