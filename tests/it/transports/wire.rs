//! A client of each way a server can be reached: what it sends, and everything that comes back.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use mcp_runtime::testing;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::functions;
use crate::conversation::Conversation;
use crate::raw::patient;
use crate::served::Served;
use crate::sse;

pub(super) trait Wire {
    /// Sends a text. What is no request is taken in when this returns.
    async fn send(&mut self, text: &str);

    /// The next message, on whichever stream it comes.
    async fn next(&mut self) -> Value;

    /// Takes a request back, as a client does here.
    async fn cancel(&mut self, id: &Value) {
        self.send(&cancelled(id)).await;
    }

    /// Waits until nothing comes any more of what was asked; `lasting` is what goes on.
    async fn settle(&mut self, _lasting: &[Value]) {}

    /// Says goodbye; what comes after that.
    async fn end(self) -> Vec<Value>;
}

pub(super) fn cancelled(id: &Value) -> String {
    let params = json!({ "requestId": id });
    json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }).to_string()
}

/// The client for tests, in this process.
pub(super) struct Memory {
    client: testing::Client,
    waiting: VecDeque<Value>,
}

impl Memory {
    pub(super) async fn open() -> Self {
        let client = testing::connect_raw(functions::server()).await.unwrap();
        Self { client, waiting: VecDeque::new() }
    }
}

impl Wire for Memory {
    async fn send(&mut self, text: &str) {
        self.client.send(&serde_json::from_str(text).unwrap());
    }

    async fn next(&mut self) -> Value {
        patient(async {
            loop {
                self.waiting.extend(self.client.notifications());
                match self.waiting.pop_front() {
                    Some(message) => return message,
                    None => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        })
        .await
    }

    async fn end(self) -> Vec<Value> {
        self.waiting.into_iter().chain(self.client.notifications()).collect()
    }
}

/// A process, over its stdin and stdout.
pub(super) struct Process {
    child: Child,
    to: Option<ChildStdin>,
    from: Lines<BufReader<ChildStdout>>,
    conversation: Conversation,
}

impl Process {
    pub(super) fn open() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_everything-fixture"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let (to, from) = (child.stdin.take(), child.stdout.take().unwrap());
        let from = BufReader::new(from).lines();
        Self { child, to, from, conversation: Conversation::default() }
    }

    fn received(&mut self, line: &str) -> Value {
        let message = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.conversation.received(&message);
        message
    }
}

impl Wire for Process {
    async fn send(&mut self, text: &str) {
        if let Ok(message) = serde_json::from_str(text) {
            self.conversation.sent(&message, None);
        }
        let to = self.to.as_mut().unwrap();
        to.write_all(format!("{text}\n").as_bytes()).await.unwrap();
    }

    async fn next(&mut self) -> Value {
        let line = patient(self.from.next_line()).await.unwrap().expect("it ended");
        self.received(&line)
    }

    async fn end(mut self) -> Vec<Value> {
        self.to = None; // closes it
        let mut rest = Vec::new();
        while let Some(line) = patient(self.from.next_line()).await.unwrap() {
            rest.push(self.received(&line));
        }
        assert!(patient(self.child.wait()).await.unwrap().success());
        rest
    }
}

/// HTTP+SSE: messages are posted, and what comes of them is on one stream. What is refused comes
/// back at once.
pub(super) struct Sse {
    client: sse::Client,
    refused: VecDeque<Value>,
    _served: Served,
}

impl Sse {
    pub(super) async fn open(served: Served) -> Self {
        let client = sse::Client::open(&served).await;
        Self { client, refused: VecDeque::new(), _served: served }
    }
}

impl Wire for Sse {
    async fn send(&mut self, text: &str) {
        let response = self.client.post(text).await;
        if response.status() != 202 {
            self.refused.push_back(response.json());
        }
    }

    async fn next(&mut self) -> Value {
        match self.refused.pop_front() {
            Some(refusal) => refusal,
            None => self.client.message().await,
        }
    }

    async fn end(self) -> Vec<Value> {
        self.refused.into()
    }
}
