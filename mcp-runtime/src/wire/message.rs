use std::borrow::Cow;
use std::num::NonZeroU32;

use bytes::Bytes;
use serde::de::{self, DeserializeOwned};
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::scan::Scan;
use super::{Code, ErrorObject, Method, RequestId, from_text};

/// One JSON-RPC message: the bytes it came in and an index of its params, made in one scan.
///
/// Params stay unparsed until the method is known; a tool's `arguments` are read once, straight
/// into the struct the macro generated.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    bytes: Bytes,
    pub(crate) kind: MessageKind,
    params: Params,
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
        // serde would take an array for the envelope, member by member.
        if text.trim_ascii_start().starts_with(|first| first != '{') {
            return Err(no_object(text));
        }
        let envelope = Envelope::read(text).map_err(|error| unreadable(&bytes, &error))?;
        let kind = envelope.kind().map_err(|what| Unreadable {
            id: legible_id(&bytes),
            error: ErrorObject::new(Code::INVALID_REQUEST, what),
        })?;
        let params = Params::locate(&envelope.members, &bytes);
        Ok(Self { bytes, kind, params })
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

    /// The JSON text of one member of params, if it is there and not null.
    pub(crate) fn raw(&self, member: Member) -> Option<&[u8]> {
        let text = self.raw_or_null(member)?;
        (text != b"null").then_some(text)
    }

    /// The JSON text of one member of params, `null` included.
    pub(crate) fn raw_or_null(&self, member: Member) -> Option<&[u8]> {
        let Span { start, end } = self.params.members[member as usize]?;
        self.bytes.get(start.get() as usize..end as usize)
    }

    /// One member of params as `T`; absent and null are `None`.
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
        #[derive(serde::Deserialize)]
        struct Params<'a> {
            #[serde(borrow)]
            params: Option<&'a RawValue>,
        }
        let message: serde_json::Result<Params<'_>> = serde_json::from_slice(&self.bytes);
        let params = message.and_then(|message| match message.params {
            Some(params) => from_text(params.get()),
            None => from_text("{}"),
        });
        params.map_err(|error| {
            let what = format!("params: {}", without_position(&error));
            ErrorObject::new(Code::INVALID_PARAMS, what)
        })
    }

    /// One member of params that has to be there.
    pub(crate) fn require<T: DeserializeOwned>(&self, member: Member) -> Result<T, ErrorObject> {
        self.read(member)?.ok_or_else(|| {
            ErrorObject::new(Code::INVALID_PARAMS, format!("params.{} is missing", member.name()))
        })
    }

    /// A string member, borrowed from the message where it has no escapes.
    pub(crate) fn text(&self, member: Member) -> Result<Option<Cow<'_, str>>, ErrorObject> {
        #[derive(serde::Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        let Some(raw) = self.raw(member) else { return Ok(None) };
        let plain = str::from_utf8(raw).ok().and_then(|raw| Scan::new(raw).plain_string());
        if let Some(plain) = plain {
            return Ok(Some(plain.into()));
        }
        let Text(text) =
            serde_json::from_slice(raw).map_err(|error| invalid_member(member, &error))?;
        Ok(Some(text))
    }

    pub(crate) fn require_text(&self, member: Member) -> Result<Cow<'_, str>, ErrorObject> {
        self.text(member)?.ok_or_else(|| {
            ErrorObject::new(Code::INVALID_PARAMS, format!("params.{} is missing", member.name()))
        })
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
        #[derive(serde::Deserialize)]
        struct Response {
            result: Option<Box<RawValue>>,
            error: Option<PeerError>,
        }
        match serde_json::from_slice(&self.bytes) {
            Ok(Response { error: Some(error), .. }) => Ok(Err(error)),
            Ok(Response { result: Some(result), .. }) => Ok(Ok(result)),
            Ok(_) => Err("its result is null".to_owned()),
            Err(error) => Err(without_position(&error)),
        }
    }
}

fn invalid_member(member: Member, error: &serde_json::Error) -> ErrorObject {
    let what = without_position(error);
    ErrorObject::new(Code::INVALID_PARAMS, format!("params.{}: {what}", member.name()))
}

/// serde_json appends "at line 1 column 9", which is about a slice the peer never saw.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    /// serde quotes what it found, which may be all the peer sent.
    const LONGEST: usize = 300;
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    match text[..end].char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text[..end].to_owned(),
    }
}

fn unreadable(bytes: &Bytes, error: &serde_json::Error) -> Unreadable {
    if !error.is_data() {
        return not_json("not JSON");
    }
    let what = format!("not a JSON-RPC message: {}", without_position(error));
    Unreadable { id: legible_id(bytes), error: ErrorObject::new(Code::INVALID_REQUEST, what) }
}

/// What is no object is no message, if it is JSON at all.
fn no_object(text: &str) -> Unreadable {
    if from_text::<de::IgnoredAny>(text).is_err() {
        return not_json("not JSON");
    }
    let what = "not a JSON-RPC message: not an object";
    Unreadable { id: None, error: ErrorObject::new(Code::INVALID_REQUEST, what) }
}

pub(super) fn not_json(what: &'static str) -> Unreadable {
    Unreadable { id: None, error: ErrorObject::new(Code::PARSE_ERROR, what) }
}

/// The id of a message that is otherwise broken, so that its sender can be told.
pub(super) fn legible_id(bytes: &[u8]) -> Option<RequestId> {
    // serde would take an array for the struct.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return None;
    }
    #[derive(serde::Deserialize)]
    struct Id {
        id: RequestId,
    }
    serde_json::from_slice::<Id>(bytes).ok().map(|message| message.id)
}

/// Declares the members of params that any method reads: variant and name.
macro_rules! members {
    ($($variant:ident = $name:literal,)*) => {
        /// A member of `params`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Member {
            $($variant,)*
        }

        pub(super) const MEMBERS: &[&str] = &[$($name,)*];

        impl Member {
            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(crate) fn name(self) -> &'static str {
                MEMBERS[self as usize]
            }
        }
    };
}

members! {
    Meta = "_meta",
    Name = "name",
    Arguments = "arguments",
    Uri = "uri",
    Cursor = "cursor",
    Level = "level",
    Ref = "ref",
    Argument = "argument",
    Context = "context",
    RequestId = "requestId",
    ProtocolVersion = "protocolVersion",
    Capabilities = "capabilities",
    ClientInfo = "clientInfo",
    InputResponses = "inputResponses",
    RequestState = "requestState",
    Notifications = "notifications",
}

#[derive(Debug, Clone, Copy)]
struct Span {
    /// Behind the brace of the message, at least.
    start: NonZeroU32,
    end: u32,
}

/// Where the known members stand in the frame.
#[derive(Debug, Clone, Default)]
struct Params {
    members: [Option<Span>; MEMBERS.len()],
}

impl Params {
    /// Turns borrowed values into places in the frame, so that the frame can be owned beside them.
    fn locate(members: &[Option<&str>; MEMBERS.len()], frame: &[u8]) -> Self {
        let base = frame.as_ptr() as usize;
        let span = |text: &str| {
            let start = (text.as_ptr() as usize - base) as u32;
            Some(Span { start: NonZeroU32::new(start)?, end: start + text.len() as u32 })
        };
        Self { members: members.map(|text| text.and_then(span)) }
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
    fn broken_messages_name_the_fault_and_keep_the_id() {
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
