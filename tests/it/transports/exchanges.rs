//! What is said in every mode: the exchanges of a revision, as data.

use std::cell::Cell;

use serde_json::{Value, json};

use crate::ask::everything;
use crate::golden;
use crate::http::{V26, call};

/// The one revision with batches.
const BATCHES: &str = "2025-03-26";
/// The newest with sessions.
const V25: &str = "2025-11-25";

pub(super) struct Exchange {
    pub(super) name: String,
    pub(super) needs: Vec<Need>,
    pub(super) apart: Option<Apart>,
    pub(super) script: Vec<Step>,
}

/// What a mode must have for an exchange to make sense in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Need {
    /// Something to remember from one request to the next.
    Session,
    /// A connection that is there before its session: over HTTP the session is named by a header,
    /// and what names none does not come as far as this.
    Pipe,
    /// A way to say more than replies.
    Streams,
    /// A client that can say what is no JSON.
    Text,
}

/// Why the answer to a POST differs from what a pipe says: it has a body whatever was posted, and
/// one only (transports, "Sending messages to the server").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Apart {
    /// What has no id that could be read. Older revisions have no message to say so; the body of a
    /// refused POST may.
    Unaddressed,
    /// A batch that is not served, or in which nothing is a message: a POST is refused as a whole,
    /// and in a pipe each request.
    Batch,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Sends a message, and hears what comes until each request in it has its reply.
    Say(Value),
    /// Sends a text that no reply may be waited for.
    Throw(String),
    /// Sends a request that lasts.
    Begin(Value),
    /// Hears what comes until a notification of that method is among it.
    Hear(&'static str),
    /// Waits until the call of `wait` has come to that.
    Fate(&'static str),
    /// Takes a request back.
    Cancel(Value),
}

use Step::{Begin, Cancel, Fate, Hear, Say, Throw};

const TOOLS: &str = "notifications/tools/list_changed";
const PROMPTS: &str = "notifications/prompts/list_changed";
const RESOURCES: &str = "notifications/resources/list_changed";
const UPDATED: &str = "notifications/resources/updated";
const ACKNOWLEDGED: &str = "notifications/subscriptions/acknowledged";

/// Whether requests of the revision describe themselves.
pub(super) fn is_modern(revision: &str) -> bool {
    revision == V26
}

/// Whether the revision has a message for what has no id that can be read.
pub(super) fn answers_without_id(revision: &str) -> bool {
    revision >= V25
}

fn meta() -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": V26,
        "io.modelcontextprotocol/clientCapabilities": everything(),
        "io.modelcontextprotocol/logLevel": "info",
    })
}

/// A request of the revision.
pub(super) fn request(revision: &str, id: Value, method: &str, mut params: Value) -> Value {
    if is_modern(revision) {
        let mut whole = meta();
        if let Some(given) = params.get("_meta").and_then(Value::as_object) {
            whole.as_object_mut().unwrap().extend(given.clone());
        }
        params["_meta"] = whole;
    }
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })
}

struct Table {
    revision: &'static str,
    rows: Vec<Exchange>,
    last_id: Cell<i64>,
}

pub(super) fn exchanges(revision: &'static str) -> Vec<Exchange> {
    let mut table = Table { revision, rows: Vec::new(), last_id: Cell::new(100) };
    if !is_modern(revision) {
        table.handshake();
    }
    table.messages();
    table.talk();
    table.ids();
    table.broken();
    table.cancellation();
    table.batches();
    match is_modern(revision) {
        true => table.listening(),
        false => table.session(),
    }
    table.golden();
    table.talk();
    table.rows
}

impl Table {
    fn row(&mut self, name: impl Into<String>, needs: &[Need], script: Vec<Step>) {
        let name = format!("{} {}", self.rows.len(), name.into());
        self.rows.push(Exchange { name, needs: needs.to_vec(), apart: None, script });
    }

    fn row_apart(&mut self, apart: Apart, needs: &[Need], text: &str) {
        self.row(text, needs, vec![Throw(text.to_owned())]);
        self.rows.last_mut().unwrap().apart = Some(apart);
    }

    /// A request whose id nobody has used.
    fn request(&self, method: &str, params: Value) -> Value {
        self.last_id.set(self.last_id.get() + 1);
        request(self.revision, json!(self.last_id.get()), method, params)
    }

    fn say(&self, method: &str, params: Value) -> Step {
        Say(self.request(method, params))
    }

    fn handshake(&mut self) {
        for method in ["ping", "tools/list"] {
            let early = vec![self.say(method, json!({}))];
            self.row(format!("{method} before initialize"), &[Need::Pipe], early);
        }
        let params = json!({
            "protocolVersion": self.revision, "capabilities": everything(),
            "clientInfo": { "name": "client", "version": "1" },
        });
        let first = vec![self.say("initialize", params.clone())];
        // Where nothing but replies can be said, less is offered.
        self.row("initialize", &[Need::Streams], first);
        let again = vec![self.say("initialize", params)];
        self.row("initialize again", &[Need::Session], again);
    }

    /// Requests of every kind and every answer to them, good and bad.
    fn golden(&mut self) {
        for (method, params) in golden::exchanges() {
            let offers = match is_modern(self.revision) {
                true => method == "server/discover",
                false => matches!(method, "resources/subscribe" | "resources/unsubscribe"),
            };
            let needs = if offers { &[Need::Streams][..] } else { &[] };
            let name = format!("{method} {params}");
            let script = vec![self.say(method, params)];
            self.row(name, needs, script);
        }
    }

    /// What is no request.
    fn messages(&mut self) {
        for message in [
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            json!({ "jsonrpc": "2.0", "method": "notifications/unknown", "params": { "x": 1 } }),
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": {} }),
            json!({
                "jsonrpc": "2.0", "method": "notifications/cancelled",
                "params": { "requestId": "nobody's" },
            }),
            json!({ "jsonrpc": "2.0", "id": 99, "result": {} }),
            json!({ "jsonrpc": "2.0", "id": "x", "error": { "code": 1, "message": "no" } }),
        ] {
            self.row(message.to_string(), &[], vec![Throw(message.to_string())]);
        }
    }

    /// Calls that say something before they return, or ask.
    fn talk(&mut self) {
        for meta in [
            json!({}),
            json!({ "progressToken": 7 }),
            json!({ "progressToken": "seven", "io.modelcontextprotocol/logLevel": "debug" }),
            json!({ "io.modelcontextprotocol/logLevel": "alert" }),
        ] {
            let mut params = call("speak", json!({}));
            if is_modern(self.revision) || meta.get("progressToken").is_some() {
                params["_meta"] = meta.clone();
            }
            if !is_modern(self.revision)
                && let Some(members) = params["_meta"].as_object_mut()
            {
                members.retain(|name, _| name == "progressToken");
            }
            let script = vec![self.say("tools/call", params)];
            self.row(format!("speak {meta}"), &[], script);
        }
        // Where there is no session, a question is a result and its answer another request.
        let needs = if is_modern(self.revision) { &[][..] } else { &[Need::Streams] };
        for tool in ["greet", "interview", "page", "ponder", "folders"] {
            let script = vec![self.say("tools/call", call(tool, json!({})))];
            self.row(tool, needs, script);
        }
        let home = vec![self.say("resources/read", json!({ "uri": "home://who" }))];
        self.row("home", needs, home);
        let letter = vec![self.say("prompts/get", json!({ "name": "letter" }))];
        self.row("letter", needs, letter);
    }

    fn ids(&mut self) {
        const MOST: i64 = 1 << 53;
        for id in
            [json!(0), json!(-1), json!(MOST), json!(-MOST), json!("5"), json!(""), json!("\"\n")]
        {
            let ask = request(self.revision, id.clone(), "prompts/list", json!({}));
            self.row(format!("id {id}"), &[], vec![Say(ask)]);
        }
        for id in ["1.5", "null", "true", "[1]", "{}", "1e400", "18446744073709551616"] {
            let ask = request(self.revision, json!("the id"), "prompts/list", json!({}));
            let text = ask.to_string().replace("\"the id\"", id);
            self.row_apart(Apart::Unaddressed, &[Need::Text], &text);
        }
    }

    fn broken(&mut self) {
        for text in ["{", "no JSON", r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{}"#] {
            self.row_apart(Apart::Unaddressed, &[Need::Text], text);
        }
        for text in ["\"text\"", "7", "{}", r#"{"jsonrpc":"2.0","method":7}"#] {
            self.row_apart(Apart::Unaddressed, &[], text);
        }
        for text in [
            r#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#,
            r#"{"id":"b","method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":"c"}"#,
            r#"{"jsonrpc":"2.0","id":"d","method":7}"#,
        ] {
            self.row(text, &[], vec![Throw(text.to_owned())]);
        }
        for params in ["[]", "7", "\"x\""] {
            let text =
                format!(r#"{{"jsonrpc":"2.0","id":"e","method":"tools/list","params":{params}}}"#);
            self.row(text.clone(), &[], vec![Throw(text)]);
        }
        if !is_modern(self.revision) {
            return;
        }
        let reserved = |name: &str| format!("io.modelcontextprotocol/{name}");
        for (name, value) in [
            ("protocolVersion", Value::Null),
            ("protocolVersion", json!("v999")),
            ("protocolVersion", json!(V25)),
            ("clientCapabilities", Value::Null),
            ("clientCapabilities", json!([])),
            ("logLevel", json!("loud")),
        ] {
            let mut ask = self.request("tools/list", json!({}));
            let members = ask["params"]["_meta"].as_object_mut().unwrap();
            match &value {
                Value::Null => members.remove(&reserved(name)),
                value => members.insert(reserved(name), value.clone()),
            };
            self.row(format!("{name} {value}"), &[], vec![Say(ask)]);
        }
    }

    fn cancellation(&mut self) {
        let wait = self.request("tools/call", call("wait", json!({})));
        let cancel = Cancel(wait["id"].clone());
        let needs = if is_modern(self.revision) { &[][..] } else { &[Need::Session] };
        self.row("cancel", needs, vec![Begin(wait), Fate("waits"), cancel, Fate("dropped")]);
    }

    fn batches(&mut self) {
        let add = |id| {
            let params = call("add", json!({ "a": 1, "b": 2 }));
            json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
        };
        let told = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let unknown = json!({ "jsonrpc": "2.0", "id": "u", "method": "unknown/method" });
        let broken = json!({ "jsonrpc": "2.0", "id": "b", "method": 7 });
        for batch in [
            json!([add(json!("one")), add(json!(2))]),
            json!([add(json!("one")), told, unknown, broken]),
            json!([told, told]),
            json!([add(json!("one")), {}]),
            json!([add(json!("one")), 7]),
        ] {
            let text = batch.to_string();
            match self.revision == BATCHES {
                true => self.row(text.clone(), &[], vec![Throw(text)]),
                false => self.row_apart(Apart::Batch, &[], &text),
            }
        }
        for text in ["[]", "[7]", "[{},{}]"] {
            let apart = if text == "[]" { Apart::Unaddressed } else { Apart::Batch };
            self.row_apart(apart, &[], text);
        }
    }

    /// What a session is told of changes.
    fn session(&mut self) {
        let needs = &[Need::Session, Need::Streams];
        let script = self.changes();
        self.row("lists change", needs, script);
        let (config, other) = ("config://app", "image://dot");
        let mut script = vec![self.say("resources/subscribe", json!({ "uri": config }))];
        script.extend([self.touch(other), self.touch(config), Hear(UPDATED)]);
        script.push(self.say("resources/unsubscribe", json!({ "uri": config })));
        script.push(self.touch(config));
        self.row("a resource is updated", needs, script);
        let script = vec![self.say("resources/subscribe", json!({ "uri": "nothing://here" }))];
        self.row("nothing to subscribe to", needs, script);
    }

    /// What is told while a client listens.
    fn listening(&mut self) {
        let filter = json!({
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": ["config://app", "nothing://here"],
        });
        for (name, filter) in [("everything", filter), ("nothing", json!({}))] {
            let listen = self.request("subscriptions/listen", json!({ "notifications": filter }));
            let id = listen["id"].clone();
            let mut script = vec![Begin(listen), Hear(ACKNOWLEDGED)];
            script.extend(self.changes());
            script.extend([self.touch("image://dot"), self.touch("config://app"), Hear(UPDATED)]);
            script.retain(|step| {
                name == "everything" || !matches!(step, Hear(what) if *what != ACKNOWLEDGED)
            });
            script.extend([Cancel(id), self.touch("config://app")]);
            self.row(format!("listen to {name}"), &[Need::Streams], script);
        }
        let wanted = json!({ "notifications": { "toolsListChanged": true } });
        let ids = [json!(1_800_000_000_000_i64), json!("1"), json!(1)];
        let mut script = Vec::new();
        for id in &ids {
            let listen = request(self.revision, id.clone(), "subscriptions/listen", wanted.clone());
            script.extend([Begin(listen), Hear(ACKNOWLEDGED)]);
        }
        script.push(self.change("tools", true));
        script.extend([Hear(TOOLS), Hear(TOOLS), Hear(TOOLS)]);
        script.extend(ids.map(Cancel));
        script.push(self.change("tools", false));
        self.row("listen three times", &[Need::Streams], script);
        for params in [json!({}), json!({ "notifications": 1 })] {
            let script = vec![self.say("subscriptions/listen", params.clone())];
            self.row(format!("listen {params}"), &[Need::Streams], script);
        }
    }

    fn changes(&self) -> Vec<Step> {
        let lists = [("tools", TOOLS), ("prompts", PROMPTS), ("resources", RESOURCES)];
        let changes = lists.into_iter().flat_map(|(what, told)| {
            let listed = self.say(&format!("{what}/list"), json!({}));
            [self.change(what, true), Hear(told), listed, self.change(what, false), Hear(told)]
        });
        changes.collect()
    }

    fn change(&self, what: &str, there: bool) -> Step {
        self.say("tools/call", call("change", json!({ "what": what, "there": there })))
    }

    fn touch(&self, uri: &str) -> Step {
        self.say("tools/call", call("touch", json!({ "uri": uri })))
    }
}
