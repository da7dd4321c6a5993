//! The transport never changes an answer: the same exchanges in every mode of serving, and
//! everything that comes back compared.
//!
//! A mode is a transport with its flags ([`MODES`]). What a mode cannot have is a [`Need`] of the
//! exchange, where the specification asks for another form the exchange is [`Apart`], and how many
//! exchanges each mode had is written down with each test.

mod exchanges;
pub(crate) mod functions;
mod over_http;
mod wire;

use std::collections::BTreeMap;

use mcp_runtime::HttpOptions;
use mcp_runtime::testing::Answer;
use serde_json::{Value, json};

use crate::ask::obliging;
use crate::raw::patient;
use crate::served::serve;
use exchanges::{Apart, Exchange, Need, Step, answers_without_id, exchanges, is_modern, request};
use over_http::Http;
use wire::{Memory, Process, Sse, Wire};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Mode {
    Memory,
    Stdio,
    Sse,
    Http,
    Stateless,
}

const MODES: [Mode; 5] = [Mode::Memory, Mode::Stdio, Mode::Sse, Mode::Http, Mode::Stateless];

impl Mode {
    /// HTTP+SSE was replaced before requests described themselves.
    fn serves(self, revision: &str) -> bool {
        self != Self::Sse || !is_modern(revision)
    }

    fn has(self, need: Need) -> bool {
        match need {
            Need::Session | Need::Streams => self != Self::Stateless,
            Need::Pipe => matches!(self, Self::Memory | Self::Stdio | Self::Sse),
            Need::Text => self != Self::Memory,
        }
    }

    /// Whether an answer may differ from what a pipe says.
    fn is_apart(self, apart: Apart, revision: &str) -> bool {
        match (self, apart) {
            (Self::Memory | Self::Stdio, _) | (Self::Sse, Apart::Batch) => false,
            (Self::Http | Self::Stateless, Apart::Batch) => true,
            (_, Apart::Unaddressed) => !answers_without_id(revision),
        }
    }
}

/// What came of an exchange.
#[derive(Debug, Clone, Default, PartialEq)]
struct Heard {
    replies: Vec<Value>,
    /// Notifications of the call, and questions.
    said: Vec<Value>,
    /// What has changed.
    notices: Vec<Value>,
}

impl Heard {
    fn noticed(&self, method: &str) -> usize {
        self.notices.iter().filter(|one| one["method"] == method).count()
    }
}

type Transcript = BTreeMap<(String, Option<Apart>), Heard>;

async fn transcript(mode: Mode, revision: &'static str) -> Transcript {
    let served = |options| serve(functions::server, options);
    let options = HttpOptions::default();
    match mode {
        Mode::Memory => Meeting::new(Memory::open().await, revision).hold(mode).await,
        Mode::Stdio => Meeting::new(Process::open(), revision).hold(mode).await,
        Mode::Sse => {
            let wire = Sse::open(served(options.with_sse(true))).await;
            Meeting::new(wire, revision).hold(mode).await
        }
        Mode::Http => {
            let wire = Http::open(served(options), revision).await;
            Meeting::new(wire, revision).hold(mode).await
        }
        Mode::Stateless => {
            let wire = Http::open(served(options.stateless(true)), revision).await;
            Meeting::new(wire, revision).hold(mode).await
        }
    }
}

/// A client at a server, exchange by exchange.
struct Meeting<W> {
    wire: W,
    revision: &'static str,
    heard: Heard,
    /// Requests that go on.
    lasting: Vec<Value>,
    /// The notices that this exchange has waited for.
    awaited: Vec<&'static str>,
}

impl<W: Wire> Meeting<W> {
    fn new(wire: W, revision: &'static str) -> Self {
        Self { wire, revision, heard: Heard::default(), lasting: Vec::new(), awaited: Vec::new() }
    }

    async fn hold(mut self, mode: Mode) -> Transcript {
        let mut transcript = Transcript::new();
        for Exchange { name, needs, apart, script } in exchanges(self.revision) {
            if !needs.iter().all(|need| mode.has(*need)) {
                continue;
            }
            println!("{mode:?}, {}: {name}", self.revision); // what a failure was about
            for step in script {
                self.take(step).await;
            }
            self.settle().await;
            self.awaited.clear();
            let mut heard = std::mem::take(&mut self.heard);
            // Each subscription has an order of its own, and the replies to a batch have none.
            heard.notices.sort_by_key(|one| one["params"]["_meta"].to_string());
            heard.replies.sort_by_key(|one| one["id"].to_string());
            transcript.insert((name, apart), heard);
        }
        let rest = self.wire.end().await;
        assert_eq!(rest, Vec::<Value>::new(), "after all is said");
        transcript
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Say(message) => self.say(message).await,
            Step::Throw(text) => self.wire.send(&text).await,
            Step::Begin(message) => {
                self.lasting.push(message["id"].clone());
                self.wire.send(&message.to_string()).await;
            }
            Step::Hear(method) => {
                self.awaited.push(method);
                let awaited = self.awaited.iter().filter(|one| **one == method).count();
                while self.heard.noticed(method) < awaited {
                    self.hear().await;
                }
            }
            Step::Fate(fate) => {
                let call = json!({ "name": "fate", "arguments": {} });
                patient(async {
                    while self.aside("tools/call", call.clone()).await["content"][0]["text"] != fate
                    {
                        tokio::task::yield_now().await;
                    }
                })
                .await;
            }
            Step::Cancel(id) => {
                self.lasting.retain(|one| *one != id);
                self.wire.cancel(&id).await;
            }
        }
    }

    /// One round after the other, for as long as the server has questions.
    async fn say(&mut self, message: Value) {
        let mut message = message;
        loop {
            self.wire.send(&message.to_string()).await;
            let reply = self.reply(&message["id"]).await;
            let Some(asked) = reply["result"]["inputRequests"].as_object() else { return };
            let answers = asked.iter().map(|(key, one)| {
                (key.clone(), answer(one["method"].as_str().unwrap(), &one["params"]))
            });
            message["params"]["inputResponses"] = answers.collect();
            message["params"]["requestState"] = reply["result"]["requestState"].clone();
            message["id"] = json!(format!("{} again", message["id"]));
        }
    }

    /// The reply to a request.
    async fn reply(&mut self, id: &Value) -> Value {
        loop {
            let message = self.hear().await;
            if message.get("method").is_none() && message["id"] == *id {
                return message;
            }
        }
    }

    /// The result of a request that is not part of the exchange.
    async fn aside(&mut self, method: &str, params: Value) -> Value {
        let aside = request(self.revision, json!("aside"), method, params);
        self.wire.send(&aside.to_string()).await;
        let mut reply = self.reply(&json!("aside")).await;
        self.heard.replies.retain(|one| one["id"] != "aside");
        reply["result"].take()
    }

    /// What was said comes before what is said now.
    async fn settle(&mut self) {
        self.wire.settle(&self.lasting).await;
        self.aside("prompts/list", json!({})).await;
    }

    /// Takes the next message for what it is, and answers it if it is a question.
    async fn hear(&mut self) -> Value {
        let message = self.wire.next().await;
        let method = message["method"].as_str();
        let heard = match method {
            None => &mut self.heard.replies,
            Some(method) if is_notice(method) => &mut self.heard.notices,
            Some(_) => &mut self.heard.said,
        };
        heard.push(without_chance(&message));
        if let (Some(method), Some(id)) = (method, message.get("id")) {
            let result = answer(method, &message["params"]);
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
            self.wire.send(&answer.to_string()).await;
        }
        message
    }
}

fn is_notice(method: &str) -> bool {
    ["/list_changed", "/updated", "/acknowledged"].iter().any(|end| method.ends_with(end))
}

fn answer(method: &str, params: &Value) -> Value {
    let Answer::Result(result) = obliging(method, params) else { panic!("{method}") };
    result
}

/// The same in every process: a state is sealed with a key of one, and pages have random ids.
fn without_chance(message: &Value) -> Value {
    let mut message = message.clone();
    for made in ["/result/requestState", "/params/elicitationId"] {
        if let Some(made) = message.pointer_mut(made) {
            *made = json!("made up");
        }
    }
    message
}

/// Every mode's transcript, each exchange against that of the first mode that has it; how many
/// exchanges each mode had.
async fn compare(revision: &'static str) -> [usize; 5] {
    let mut first = BTreeMap::<(String, bool), (Mode, Heard)>::new();
    let mut differences = Vec::new();
    let mut counts = MODES.map(|_| 0);
    for (mode, count) in MODES.into_iter().zip(&mut counts) {
        if !mode.serves(revision) {
            continue;
        }
        let transcript = transcript(mode, revision).await;
        *count = transcript.len();
        for ((name, apart), heard) in transcript {
            let posted = apart.is_some_and(|apart| mode.is_apart(apart, revision));
            let place = first.entry((name.clone(), posted));
            let (other, same) = place.or_insert_with(|| (mode, heard.clone())).clone();
            let expected = match mode.has(Need::Streams) {
                true => same,
                false => Heard { replies: same.replies, ..Heard::default() },
            };
            if heard != expected {
                differences
                    .push(format!("{name}\nin {mode:?}: {heard:#?}\nin {other:?}: {expected:#?}"));
            }
        }
    }
    assert_eq!(differences, Vec::<String>::new(), "{revision}");
    counts
}

macro_rules! revisions {
    ($($name:ident: $revision:literal, $counts:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            assert_eq!(compare($revision).await, $counts, "exchanges in {MODES:?}");
        }
    )*};
}

revisions! {
    answers_of_2024_11_05: "2024-11-05", [121, 131, 131, 129, 107];
    answers_of_2025_03_26: "2025-03-26", [121, 131, 131, 129, 107];
    answers_of_2025_06_18: "2025-06-18", [121, 131, 131, 129, 107];
    answers_of_2025_11_25: "2025-11-25", [121, 131, 131, 129, 107];
    answers_of_2026_07_28: "2026-07-28", [125, 135, 0, 135, 129];
}
