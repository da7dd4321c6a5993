//! Where the members of a message stand in it: one pass over its bytes, which makes nothing.

use std::fmt;

use super::scan::{Scan, Span};

/// Declares the members that are looked at, by what tells them and where they stand: variant and name.
macro_rules! members {
    ($($named:ident in $holder:literal { $($variant:ident = $name:literal,)* })*) => {
        /// A member of a message, of its `params` or of their `_meta`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Member {
            $($($variant,)*)*
        }

        const PATHS: &[&str] = &[$($(concat!($holder, $name),)*)*];

        impl Member {
            $(
                fn $named(name: &str) -> Option<Self> {
                    match name {
                        $($name => Some(Self::$variant),)*
                        _ => None,
                    }
                }
            )*

            /// What it is called where something is said about it.
            pub(crate) fn path(self) -> &'static str {
                PATHS[self as usize]
            }
        }
    };
}

members! {
    of_message in "" {
        Jsonrpc = "jsonrpc",
        Id = "id",
        Method = "method",
        Params = "params",
        Result = "result",
        Error = "error",
    }
    of_params in "params." {
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
    of_meta in "params._meta." {
        ProgressToken = "progressToken",
        MetaProtocolVersion = "io.modelcontextprotocol/protocolVersion",
        MetaClientInfo = "io.modelcontextprotocol/clientInfo",
        MetaClientCapabilities = "io.modelcontextprotocol/clientCapabilities",
        MetaLogLevel = "io.modelcontextprotocol/logLevel",
    }
}

/// Tells the members of one object by their names.
type Named = fn(&str) -> Option<Member>;

impl Member {
    /// How the members of its own are told that are looked at, if there are any.
    fn members(self) -> Option<Named> {
        match self {
            Self::Params => Some(Self::of_params),
            Self::Meta => Some(Self::of_meta),
            _ => None,
        }
    }
}

/// Where the members stand, those that do.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    places: [Option<Span>; PATHS.len()],
}

/// Why JSON is no message, whatever it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The message, or its `params`.
    NoObject(Option<Member>),
    /// Two readings of one message are how a guard and a server come to differ.
    Twice(Member),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoObject(None) => f.write_str("not an object"),
            Self::NoObject(Some(member)) => write!(f, "{} is no object", member.path()),
            Self::Twice(member) => write!(f, "{} is repeated", member.path()),
        }
    }
}

impl Index {
    /// Of a text, with the first flaw that was found; `None` if it is no JSON.
    pub(super) fn of(text: &str) -> Option<(Self, Option<Flaw>)> {
        let mut indexing = Indexing::default();
        let mut scan = Scan::new(text);
        let place = indexing.take(&mut scan, Member::of_message)?;
        scan.end()?;
        let Indexing { index, twice } = indexing;
        let flaw = match index.place(Member::Params) {
            _ if !is_object(place.of(text)) => Some(Flaw::NoObject(None)),
            Some(params) if !is_object(params.of(text)) && params.of(text) != "null" => {
                Some(Flaw::NoObject(Some(Member::Params)))
            }
            _ => twice.map(Flaw::Twice),
        };
        Some((index, flaw))
    }

    /// A member of the text it was made of, as JSON.
    pub(super) fn text<'a>(&self, member: Member, text: &'a str) -> Option<&'a str> {
        self.place(member).map(|place| place.of(text))
    }

    pub(super) fn place(&self, member: Member) -> Option<Span> {
        self.places[member as usize]
    }
}

fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

#[derive(Default)]
struct Indexing {
    index: Index,
    twice: Option<Member>,
}

impl Indexing {
    /// Goes over a value; notes its members if it is an object.
    fn take(&mut self, scan: &mut Scan<'_>, named: Named) -> Option<Span> {
        if !scan.is_at(b'{') {
            return scan.value();
        }
        scan.object(|scan, name| {
            let Some(member) = named(name) else { return scan.value().map(drop) };
            let place = match member.members() {
                Some(named) => self.take(scan, named)?,
                None => scan.value()?,
            };
            if self.index.places[member as usize].replace(place).is_some() {
                self.twice.get_or_insert(member);
            }
            Some(())
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn members_are_found_where_they_stand() {
        let text = r#" { "id" : 7, "m\u0065thod":"tools\/call", "x": [{"id": 1}], "params" :
            {"arguments":{"a":1, "name":2}, "name" : "ad\u0064","_meta":{"progressToken":"t","x":null}},
            "jsonrpc":"2.0"} "#;
        let (index, flaw) = Index::of(text).unwrap();
        assert_eq!(flaw, None);
        for (member, value) in [
            (Member::Jsonrpc, Some(r#""2.0""#)),
            (Member::Id, Some("7")),
            (Member::Method, Some(r#""tools\/call""#)),
            (Member::Arguments, Some(r#"{"a":1, "name":2}"#)),
            (Member::Name, Some(r#""ad\u0064""#)),
            (Member::Meta, Some(r#"{"progressToken":"t","x":null}"#)),
            (Member::ProgressToken, Some(r#""t""#)),
            (Member::Uri, None),
            (Member::Result, None),
            (Member::MetaLogLevel, None),
        ] {
            assert_eq!(index.text(member, text), value, "{member:?}");
        }
    }

    #[test]
    fn what_is_found_is_what_serde_json_reads() {
        for value in ["null", "[1, {}]", r#""a\n""#, "-1.5e3", "{ }", r#"{"_meta":1}"#] {
            let text = format!(
                r#"{{"params":{{"_meta":{{"progressToken":{value}}},"uri":{value}}},"result":{value}}}"#
            );
            let (index, _) = Index::of(&text).unwrap();
            let read: Value = serde_json::from_str(value).unwrap();
            for member in [Member::ProgressToken, Member::Uri, Member::Result] {
                let found = index.text(member, &text).unwrap();
                assert_eq!(serde_json::from_str::<Value>(found).unwrap(), read);
            }
        }
    }

    #[test]
    fn what_is_no_message_is_told() {
        let no_params = Some(Flaw::NoObject(Some(Member::Params)));
        for (text, flaw) in [
            ("[]", Some(Flaw::NoObject(None))),
            (" 1", Some(Flaw::NoObject(None))),
            (r#"{"params":[]}"#, no_params),
            (r#"{"params":"x"}"#, no_params),
            (r#"{"params":null}"#, None),
            (r#"{"params":{"_meta":[]}}"#, None), // for its reader to refuse
            (r#"{"id":1,"x":1,"id":1,"x":1}"#, Some(Flaw::Twice(Member::Id))),
            (r#"{"id":1,"i\u0064":1}"#, Some(Flaw::Twice(Member::Id))),
            (r#"{"params":{},"params":null}"#, Some(Flaw::Twice(Member::Params))),
            (r#"{"params":{"name":1,"name":null}}"#, Some(Flaw::Twice(Member::Name))),
            (
                r#"{"params":{"_meta":{"progressToken":1,"progressToken":1}}}"#,
                Some(Flaw::Twice(Member::ProgressToken)),
            ),
        ] {
            assert_eq!(Index::of(text).map(|(_, flaw)| flaw), Some(flaw), "{text}");
        }
        for text in ["", "{", "{} {}", r#"{"id":1,}"#, r#"{"\ud800":1}"#, r#"{"id":1,"params":[}}"#]
        {
            assert!(Index::of(text).is_none(), "{text}");
        }
    }

    /// Holds a text against what serde_json makes of it; whether it is one whose members stand once.
    fn agrees(text: &str) -> bool {
        let found = Index::of(text);
        let read: Result<Value, _> = serde_json::from_str(text);
        let Ok(message) = read else {
            assert!(found.is_none(), "{text}");
            return false;
        };
        let (index, flaw) = found.unwrap_or_else(|| panic!("{text}"));
        if flaw.is_some() {
            return false;
        }
        let json =
            |member| index.text(member, text).map(|json| serde_json::from_str(json).unwrap());
        let params = &message["params"];
        let meta = &params["_meta"];
        for (member, read) in [
            (Member::Id, message.get("id")),
            (Member::Method, message.get("method")),
            (Member::Result, message.get("result")),
            (Member::Name, params.get("name")),
            (Member::Arguments, params.get("arguments")),
            (Member::Meta, params.get("_meta")),
            (Member::ProgressToken, meta.get("progressToken")),
            (Member::MetaLogLevel, meta.get("io.modelcontextprotocol/logLevel")),
        ] {
            assert_eq!(json(member).as_ref(), read, "{member:?} of {text}");
        }
        true
    }

    #[test]
    fn mutated_messages_are_read_as_serde_json_reads_them() {
        const PIECES: [&str; 24] = [
            r#"{"jsonrpc":"2.0","#,
            r#""id":1,"#,
            r#""m\u0065thod":"tools/call","#,
            r#""params":"#,
            "{",
            "}",
            r#""name":"a\n","#,
            r#""arguments":{"a":[1,{}]},"#,
            r#""_meta":{"#,
            r#""progressToken":"#,
            r#""io.modelcontextprotocol\/logLevel":"#,
            "null",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "1e3",
            "-",
            " ",
            "\n",
            "true",
            r#""result":"#,
        ];
        const MESSAGE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"b":[1,"c"]},"_meta":{"progressToken":"t","io.modelcontextprotocol/logLevel":null}}}"#;
        let mut random = 1_u64; // the same each time
        let mut next = |below: usize| {
            random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (random >> 33) as usize % below
        };
        assert!(agrees(MESSAGE));
        let mut whole = 0;
        for _ in 0..40_000 {
            let mut text = MESSAGE.to_owned();
            for _ in 0..=next(3) {
                let at = next(text.len());
                let end = at + next(text.len() - at).min(next(12));
                text.replace_range(
                    at..end,
                    if next(4) == 0 { "" } else { PIECES[next(PIECES.len())] },
                );
            }
            whole += usize::from(agrees(&text));
        }
        assert!(whole > 1_000, "only {whole} could be compared");
    }
}
