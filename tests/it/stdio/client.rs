//! A client that writes lines and waits for lines, each for as long as a loaded machine may take.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::conversation::Conversation;

pub(crate) const SERVER: &str = env!("CARGO_BIN_EXE_stdio-fixture");

/// How long anything may take before it is said never to happen.
const PATIENCE: Duration = Duration::from_secs(20);

type From = Box<dyn Read + Send>;

pub(crate) struct Client {
    child: Child,
    to: Option<Box<dyn Write>>,
    /// Until it is [`read`](Self::read).
    from: Option<From>,
    messages: Receiver<String>,
    stderr: Receiver<String>,
    conversation: Conversation,
}

pub(crate) fn request(id: i64, method: &str) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method }).to_string()
}

impl Client {
    /// A session of the newest revision that has sessions, over two pipes.
    pub(crate) fn piped() -> Self {
        let mut client = Self::piped_to(Command::new(SERVER));
        client.handshake("2025-11-25");
        client
    }

    /// As [`piped`](Self::piped), but nothing is read until [`read`](Self::read).
    pub(crate) fn paused() -> Self {
        let mut command = Command::new(SERVER);
        let mut child = piping(&mut command).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut client = Self::new(child, Box::new(to), Box::new(from));
        client.send(&initialize("2025-11-25"));
        client
    }

    pub(crate) fn piped_to(mut command: Command) -> Self {
        let mut child = piping(&mut command).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut client = Self::new(child, Box::new(to), Box::new(from));
        client.start_reading();
        client
    }

    /// A child whose ends we made.
    pub(crate) fn over(
        child: Child,
        to: impl Write + 'static,
        from: impl Read + Send + 'static,
    ) -> Self {
        let mut client = Self::new(child, Box::new(to), Box::new(from));
        client.start_reading();
        client
    }

    fn new(mut child: Child, to: Box<dyn Write>, from: From) -> Self {
        let stderr = match child.stderr.take() {
            Some(stderr) => lines_of(Box::new(stderr)),
            None => lines_of(Box::new(std::io::empty())),
        };
        let (_, messages) = mpsc::channel();
        let (to, from) = (Some(to), Some(from));
        Self { child, to, from, messages, stderr, conversation: Conversation::default() }
    }

    fn start_reading(&mut self) {
        self.messages = lines_of(self.from.take().unwrap());
    }

    pub(crate) fn read(&mut self) {
        self.start_reading();
        assert_eq!(self.next()["id"], "handshake");
    }

    /// Reads what a [`paused`](Self::paused) client has not, with a rest behind each line.
    pub(crate) fn read_slowly(&mut self, rest: Duration) -> Vec<String> {
        let lines = BufReader::new(self.from.take().unwrap()).lines();
        lines.map(|line| line.unwrap()).inspect(|_| thread::sleep(rest)).collect()
    }

    pub(crate) fn handshake(&mut self, revision: &str) {
        self.send(&initialize(revision));
        let reply = self.next();
        assert_eq!(reply["result"]["protocolVersion"], revision, "{reply}");
        self.send(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    pub(crate) fn send(&mut self, message: &str) {
        self.send_bytes(format!("{message}\n").as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let messages = bytes.split(|byte| *byte == b'\n');
        for message in messages.filter_map(|line| serde_json::from_slice(line).ok()) {
            self.conversation.sent(&message, None);
        }
        self.to.as_mut().unwrap().write_all(bytes).unwrap();
    }

    pub(crate) fn call(&mut self, id: i64, tool: &str, arguments: Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        self.send(&call.to_string());
    }

    pub(crate) fn next(&mut self) -> Value {
        let line = self.messages.recv_timeout(PATIENCE);
        let line =
            line.unwrap_or_else(|error| panic!("no message: {error}; stderr: {}", self.printed()));
        let message = serde_json::from_str(&line);
        let message = message.unwrap_or_else(|error| panic!("{error}: {line:?}"));
        self.conversation.received(&message);
        message
    }

    pub(crate) fn hang_up(&mut self) {
        self.to = None;
    }

    /// Reads what a [`paused`](Self::paused) client has not, and closes the pipe the server writes to.
    pub(crate) fn stop_reading(&mut self) {
        let from = self.from.take().unwrap();
        let reply = BufReader::new(from).lines().next().unwrap().unwrap();
        assert!(reply.contains("handshake"), "{reply}");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The server closes stdout without another message.
    pub(crate) fn hangs_up(&self) {
        let end = self.messages.recv_timeout(PATIENCE);
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "the server lives on");
    }

    pub(crate) fn exits_well(&mut self) {
        let started = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(started.elapsed() < PATIENCE, "the server lives on");
            thread::sleep(Duration::from_millis(1));
        };
        assert!(status.success(), "{status}; stderr: {}", self.printed());
    }

    /// Waits for a line on stderr.
    pub(crate) fn prints(&self, text: &str) {
        while self
            .stderr
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| panic!("no {text:?}: {error}"))
            != text
        {}
    }

    /// What stands on stderr; all of it, if the server has exited.
    pub(crate) fn printed(&self) -> String {
        let patience = Duration::from_secs(1); // a child of the server may hold stderr open
        std::iter::from_fn(|| self.stderr.recv_timeout(patience).ok())
            .map(|line| line + "\n")
            .collect()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn initialize(revision: &str) -> String {
    let info = json!({ "name": "it", "version": "1" });
    let params = json!({ "protocolVersion": revision, "capabilities": {}, "clientInfo": info });
    json!({ "jsonrpc": "2.0", "id": "handshake", "method": "initialize", "params": params })
        .to_string()
}

fn piping(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped())
}

fn lines_of(from: From) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let Ok(line) = line else { return }; // a terminal ends with an error
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
