//! Streamable HTTP as a [`Wire`]: each message is a POST of its own, and what comes of it is in its
//! response; what belongs to no request is on the stream of the session.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::wire::{Wire, cancelled};
use crate::http::{BOTH, JSON};
use crate::raw::{Connection, patient};
use crate::served::Served;

pub(super) struct Http {
    served: Served,
    revision: &'static str,
    session: Option<String>,
    /// For what is no request.
    posts: Connection,
    /// The responses that are being read, by the ids of their requests.
    reading: Vec<(Value, JoinHandle<()>)>,
    /// The session's own stream.
    standalone: Option<JoinHandle<()>>,
    to_us: UnboundedSender<Value>,
    messages: UnboundedReceiver<Value>,
}

type Headers = Vec<(&'static str, String)>;

impl Http {
    pub(super) async fn open(served: Served, revision: &'static str) -> Self {
        let posts = Connection::open(served.address).await;
        let (to_us, messages) = unbounded_channel();
        let (session, standalone, reading) = (None, None, Vec::new());
        Self { served, revision, session, posts, reading, standalone, to_us, messages }
    }

    /// What a client says in headers too.
    fn headers(&self, message: &Value) -> Headers {
        let version = &message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let named = [("MCP-Protocol-Version", text(version))];
        let headers: Vec<_> = match version.is_string() {
            true => named.into_iter().chain(mirrors(message)).collect(),
            false if message["method"] == "initialize" && self.session.is_none() => Vec::new(),
            false => vec![
                ("MCP-Protocol-Version", Some(self.revision.to_owned())),
                ("Mcp-Session-Id", self.session.clone()),
            ],
        };
        headers.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Reads a response in a task: the call it belongs to may want something of us.
    async fn read(&self, method: &str, headers: &Headers, body: &str) -> JoinHandle<()> {
        let mut connection = Connection::open(self.served.address).await;
        ask(&mut connection, method, headers, body).await;
        let to_us = self.to_us.clone();
        tokio::spawn(async move { connection.each_message(|one| give(&to_us, one)).await })
    }

    async fn initialize(&mut self, text: &str) {
        ask(&mut self.posts, "POST", &Vec::new(), text).await;
        let response = self.posts.response().await;
        give(&self.to_us, response.json());
        if let Some(id) = response.header("mcp-session-id") {
            self.session = Some(id.to_owned());
            let headers = self.headers(&Value::Null);
            self.standalone = Some(self.read("GET", &headers, "").await);
        }
    }
}

/// The parts of a message that headers repeat (streamable-http, "Request headers").
fn mirrors(message: &Value) -> [(&'static str, Option<String>); 3] {
    let encoded = |value: &Value| {
        value.as_str().map(|text| format!("=?base64?{}?=", BASE64_STANDARD.encode(text)))
    };
    let params = &message["params"];
    let name = match message["method"].as_str() {
        Some("tools/call" | "prompts/get") => encoded(&params["name"]),
        Some("resources/read") => encoded(&params["uri"]),
        _ => None,
    };
    let echoed = (params["name"] == "echo").then(|| encoded(&params["arguments"]["text"]));
    [
        ("Mcp-Method", message["method"].as_str().map(str::to_owned)),
        ("Mcp-Name", name),
        ("Mcp-Param-Text", echoed.flatten()),
    ]
}

async fn ask(connection: &mut Connection, method: &str, headers: &Headers, body: &str) {
    let headers = headers.iter().map(|(name, value)| (*name, &**value));
    let headers: Vec<_> = [JSON, BOTH].into_iter().chain(headers).collect();
    connection.ask(method, "/mcp", &headers, body).await;
}

/// The replies to a batch are an array, or events.
fn give(to_us: &UnboundedSender<Value>, message: Value) {
    let messages = match message {
        Value::Array(messages) => messages,
        message => vec![message],
    };
    messages.into_iter().for_each(|one| to_us.send(one).unwrap_or_default());
}

impl Wire for Http {
    async fn send(&mut self, text: &str) {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        if self.session.is_none() && message["method"] == "initialize" && !text.contains("_meta") {
            return self.initialize(text).await;
        }
        let headers = self.headers(&message);
        let id = message.get("id").cloned();
        if id.is_some() && message.get("method").is_some() || message.is_array() {
            let reading = self.read("POST", &headers, text).await;
            self.reading.push((id.unwrap_or_default(), reading));
        } else {
            ask(&mut self.posts, "POST", &headers, text).await;
            let to_us = self.to_us.clone();
            self.posts.each_message(|one| give(&to_us, one)).await;
        }
    }

    async fn next(&mut self) -> Value {
        patient(self.messages.recv()).await.unwrap()
    }

    /// A request that describes itself is taken back by hanging up (basic/utilities/cancellation).
    async fn cancel(&mut self, id: &Value) {
        if self.session.is_some() {
            return self.send(&cancelled(id)).await;
        }
        let place = self.reading.iter().position(|(one, _)| one == id).unwrap();
        let (_, reading) = self.reading.remove(place);
        reading.abort();
        assert!(reading.await.unwrap_err().is_cancelled());
    }

    async fn settle(&mut self, lasting: &[Value]) {
        for (id, reading) in std::mem::take(&mut self.reading) {
            match lasting.contains(&id) {
                true => self.reading.push((id, reading)),
                false => patient(reading).await.unwrap(),
            }
        }
    }

    async fn end(mut self) -> Vec<Value> {
        if self.session.is_some() {
            let headers = self.headers(&Value::Null);
            ask(&mut self.posts, "DELETE", &headers, "").await;
            self.posts.response().await;
        }
        if let Some(standalone) = self.standalone.take() {
            patient(standalone).await.unwrap();
        }
        std::iter::from_fn(|| self.messages.try_recv().ok()).collect()
    }
}
