//! What the bare servers have in common: a request is parsed with serde, its reply has a fixed shape and the bytes that
//! our server sends.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    method: &'a str,
    #[serde(borrow)]
    params: Option<Params<'a>>,
}

#[derive(Deserialize)]
struct Params<'a> {
    name: Option<&'a str>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, rename = "_meta")]
    meta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Addends {
    a: i64,
    b: i64,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// The results of `tools/list`, as our server writes them.
pub struct Lists {
    modern: Vec<u8>,
    session: Vec<u8>,
}

/// What becomes of a message.
#[derive(PartialEq, Eq)]
pub enum Replied {
    Initialized,
    Other,
    /// A notification has no reply.
    Nothing,
}

const NEWEST: &str = r#","resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"bench","version":"1.0.0"}}"#;
const INITIALIZE: &str = r#"{"protocolVersion":"2025-11-25","capabilities":{"logging":{},"tools":{"listChanged":true}},"serverInfo":{"name":"bench","version":"1.0.0"}}"#;

impl Lists {
    /// From the folder that `BENCH_LISTS` names; empty lists without it.
    pub fn load() -> Self {
        let folder = std::env::var("BENCH_LISTS").unwrap_or_default();
        let read = |name| {
            std::fs::read(Path::new(&folder).join(name))
                .unwrap_or_else(|_| br#"{"tools":[]}"#.into())
        };
        Self { modern: read("modern.json"), session: read("session.json") }
    }

    /// Writes the reply to a message.
    pub fn answer(&self, message: &[u8], reply: &mut Vec<u8>) -> Replied {
        let request: Request = serde_json::from_slice(message).expect("the load sends JSON");
        let Some(id) = request.id else { return Replied::Nothing };
        reply.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
        reply.extend_from_slice(id.get().as_bytes());
        reply.extend_from_slice(br#","result":"#);
        let params = request.params;
        let modern = params.as_ref().is_some_and(|params| params.meta.is_some());
        let mut replied = Replied::Other;
        match request.method {
            "tools/call" => call(&params.expect("a call has params"), modern, reply),
            "tools/list" => {
                reply.extend_from_slice(if modern { &self.modern } else { &self.session })
            }
            "initialize" => {
                replied = Replied::Initialized;
                reply.extend_from_slice(INITIALIZE.as_bytes());
            }
            _ => reply.extend_from_slice(b"{}"),
        }
        reply.push(b'}');
        replied
    }
}

fn call(params: &Params, modern: bool, reply: &mut Vec<u8>) {
    let arguments = params.arguments.expect("the load sends arguments").get();
    let written = if params.name == Some("add") {
        let Addends { a, b } = serde_json::from_str(arguments).expect("two numbers");
        let sum = a + b;
        write!(
            reply,
            r#"{{"content":[{{"type":"text","text":"{sum}"}}],"structuredContent":{{"result":{sum}}}"#
        )
    } else {
        let Text { text } = serde_json::from_str(arguments).expect("a text");
        // The reply is about as long as the text: allocated once.
        reply.reserve(arguments.len() + NEWEST.len() + 64);
        reply.extend_from_slice(br#"{"content":[{"type":"text","text":"#);
        serde_json::to_writer(&mut *reply, &text).expect("memory takes it");
        reply.write_all(b"}]")
    };
    written.expect("memory takes it");
    reply.extend_from_slice(if modern { NEWEST.as_bytes() } else { b"" });
    reply.push(b'}');
}
