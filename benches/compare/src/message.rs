//! Requests, and whether a reply is right.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;

/// How a client says who it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Era {
    /// 2026-07-28: each request says it.
    Modern,
    /// 2025-11-25: once, in a handshake.
    Session,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// The sum of two numbers, by a function of this name.
    Add(&'static str),
    /// Plain text of so many bytes.
    Echo(usize),
    /// The same by a function that says that it is quick.
    EchoInline(usize),
    /// The same with every fourth character one that JSON escapes.
    EchoEscaped(usize),
    List,
    Ping,
}

impl Work {
    /// The method, and the tool that is called.
    pub fn method_and_name(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Add(name) => ("tools/call", Some(name)),
            Self::Echo(_) | Self::EchoEscaped(_) => ("tools/call", Some("echo")),
            Self::EchoInline(_) => ("tools/call", Some("echo_inline")),
            Self::List => ("tools/list", None),
            Self::Ping => ("ping", None),
        }
    }
}

/// Ids have one length, so that replies to the same request differ in these bytes alone.
const FIRST_ID: u64 = 1_000_000_000;

/// One kind of request, written around its id.
pub struct Requests {
    pub work: Work,
    pub era: Era,
    /// The id stands between the pieces.
    pieces: Vec<Vec<u8>>,
    next: u64,
    expected: String,
    /// A reply that was found right, and where its id is. One that has the same bytes is right too.
    known: Option<(Vec<u8>, usize)>,
}

const ID: &str = "\"<id>\"";
const ID_DIGITS: usize = 10;

impl Requests {
    pub fn new(work: Work, era: Era) -> Self {
        let text = match work {
            Work::Echo(length) | Work::EchoInline(length) => {
                "plain text ".chars().cycle().take(length).collect()
            }
            Work::EchoEscaped(length) => "ab\"c\n".chars().cycle().take(length).collect(),
            _ => String::new(),
        };
        let arguments = match work {
            Work::Add(_) => json!({ "a": "<id>", "b": 1 }),
            _ => json!({ "text": text }),
        };
        let (method, name) = work.method_and_name();
        let mut params = match name {
            Some(name) => json!({ "name": name, "arguments": arguments }),
            None => json!({}),
        };
        if era == Era::Modern {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1.0.0" },
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        let request = json!({ "jsonrpc": "2.0", "id": "<id>", "method": method, "params": params });
        let pieces = request.to_string().split(ID).map(|piece| piece.as_bytes().to_vec()).collect();
        Self { work, era, pieces, next: FIRST_ID, expected: text, known: None }
    }

    /// Checks replies to requests that another one of these writes.
    pub fn allow_any(&mut self) {
        self.next = u64::MAX;
    }

    /// How many bytes each has.
    pub fn length(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum::<usize>() + (self.pieces.len() - 1) * ID_DIGITS
    }

    /// Writes the next one and returns its id.
    pub fn write(&mut self, into: &mut Vec<u8>) -> u64 {
        let id = self.next;
        self.next += 1;
        let digits = id.to_string();
        for (index, piece) in self.pieces.iter().enumerate() {
            if index > 0 {
                into.extend_from_slice(digits.as_bytes());
            }
            into.extend_from_slice(piece);
        }
        id
    }

    /// The id of a reply that is right.
    pub fn check(&mut self, reply: &[u8]) -> Result<u64, String> {
        if let Some(id) = self.is_known(reply) {
            return Ok(id);
        }
        let wrong = |what: &str| {
            let shown = String::from_utf8_lossy(&reply[..reply.len().min(400)]).into_owned();
            format!("{:?}, {:?}: {what}: {shown}", self.work, self.era)
        };
        let parsed: Reply =
            serde_json::from_slice(reply).map_err(|error| wrong(&error.to_string()))?;
        let Some(result) = parsed.result else { return Err(wrong("no result")) };
        if result.is_error {
            return Err(wrong("an error"));
        }
        let text = result.content.first().map_or("", |content| &content.text);
        let right = match self.work {
            Work::Add(_) => text.parse() == Ok(parsed.id + 1),
            Work::Echo(_) | Work::EchoEscaped(_) | Work::EchoInline(_) => text == self.expected,
            Work::Ping => true,
            Work::List => {
                result.tools.len() >= 100 && result.tools.iter().any(|tool| tool.name == "add")
            }
        };
        if !right {
            return Err(wrong("not what was asked for"));
        }
        let id = parsed.id;
        if !matches!(self.work, Work::Add(_)) {
            let digits = id.to_string();
            let place = reply.windows(digits.len()).position(|bytes| bytes == digits.as_bytes());
            self.known = place.map(|place| (reply.to_vec(), place));
        }
        Ok(id)
    }

    fn is_known(&self, reply: &[u8]) -> Option<u64> {
        let (known, place) = self.known.as_ref()?;
        let end = place + ID_DIGITS;
        let same = reply.len() == known.len()
            && reply[..*place] == known[..*place]
            && reply[end..] == known[end..];
        let id =
            same.then(|| std::str::from_utf8(&reply[*place..end]).ok()?.parse().ok()).flatten()?;
        (FIRST_ID..self.next).contains(&id).then_some(id)
    }
}

pub const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1.0.0"}}}"#;
pub const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

#[derive(Deserialize)]
struct Reply<'a> {
    id: u64,
    #[serde(borrow)]
    result: Option<CallOrList<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CallOrList<'a> {
    #[serde(default, borrow)]
    content: Vec<Content<'a>>,
    #[serde(default)]
    is_error: bool,
    #[serde(default, borrow)]
    tools: Vec<Tool<'a>>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(default, borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Tool<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_right_replies_are_taken() {
        let mut requests = Requests::new(Work::Add("add"), Era::Modern);
        let mut request = Vec::new();
        let id = requests.write(&mut request);
        assert_eq!(request.len(), requests.length());
        let reply = |sum: u64| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"{sum}"}}]}}}}"#
            )
        };
        assert_eq!(requests.check(reply(id + 1).as_bytes()), Ok(id));
        assert!(requests.check(reply(id + 2).as_bytes()).is_err());
        let error = format!(r#"{{"jsonrpc":"2.0","id":{id},"error":{{"code":1,"message":"no"}}}}"#);
        assert!(requests.check(error.as_bytes()).is_err());
    }

    #[test]
    fn a_known_reply_is_compared_byte_by_byte() {
        let mut requests = Requests::new(Work::Echo(5), Era::Session);
        let ids = [requests.write(&mut Vec::new()), requests.write(&mut Vec::new())];
        let reply = |id: u64, text: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"{text}"}}]}}}}"#
            )
        };
        assert_eq!(requests.check(reply(ids[0], "plain").as_bytes()), Ok(ids[0]));
        assert_eq!(requests.is_known(reply(ids[1], "plain").as_bytes()), Some(ids[1]));
        assert!(requests.check(reply(ids[1], "plaid").as_bytes()).is_err());
        assert_eq!(
            requests.is_known(reply(ids[1] + 1, "plain").as_bytes()),
            None,
            "nobody asked that"
        );
    }
}
