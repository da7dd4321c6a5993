//! Clients that write down what becomes of each of their requests, on every transport.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::ChildStdin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

use super::http2::Http2;
use crate::process::{PATIENCE, Process};
use crate::tls::Pair;

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    Result(Value),
    Error(String),
    /// 503
    Unavailable,
    /// No connection, or one that was closed without a word.
    Closed,
}

/// What a client has written down, by request.
#[derive(Default)]
pub(crate) struct Log {
    ends: Mutex<HashMap<u64, End>>,
    /// The stream that replies come over has ended.
    is_over: AtomicBool,
    more: Condvar,
}

impl Log {
    fn note(&self, id: u64, end: End) {
        self.ends().insert(id, end);
        self.more.notify_all();
    }

    fn note_message(&self, message: &Value) {
        let Some(id) = message["id"].as_u64() else { return };
        self.note(
            id,
            match message["error"]["message"].as_str() {
                Some(error) => End::Error(error.to_owned()),
                None => End::Result(message["result"].clone()),
            },
        );
    }

    /// Notes what comes, as long as something does.
    fn note_all(&self, messages: impl Iterator<Item = String>) {
        messages.for_each(|message| self.note_message(&serde_json::from_str(&message).unwrap()));
        let ends = self.ends(); // nobody is between looking and waiting
        self.is_over.store(true, Ordering::SeqCst);
        drop(ends);
        self.more.notify_all();
    }

    pub(crate) fn of(&self, id: u64) -> Option<End> {
        self.ends().get(&id).cloned()
    }

    /// Waits for the end of a request.
    pub(crate) fn wait(&self, id: u64) -> End {
        let is_over = || self.is_over.load(Ordering::SeqCst);
        let waiting = |ends: &mut HashMap<u64, End>| !ends.contains_key(&id) && !is_over();
        let (ends, _) = self.more.wait_timeout_while(self.ends(), PATIENCE, waiting).unwrap();
        match ends.get(&id) {
            Some(end) => end.clone(),
            None if is_over() => End::Closed,
            None => panic!("nothing became of {id}: {ends:?}"),
        }
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<u64, End>> {
        self.ends.lock().unwrap()
    }
}

/// A way to a server that several threads use.
#[derive(Clone)]
pub(crate) enum Client {
    Stdio(Arc<Mutex<ChildStdin>>, Arc<Log>),
    Sse(SocketAddr, Arc<str>, Arc<Log>),
    Http(SocketAddr, Arc<str>, Arc<Log>),
    Http2(Arc<Http2>, Arc<str>, Arc<Log>),
}

impl Client {
    pub(crate) fn stdio(process: &mut Process) -> Self {
        let (stdin, stdout) = process.ends();
        let log = Arc::<Log>::default();
        let noting = log.clone();
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        thread::spawn(move || noting.note_all(lines));
        let client = Self::Stdio(Arc::new(Mutex::new(stdin)), log);
        client.initialize();
        client
    }

    pub(crate) fn sse(address: SocketAddr) -> Self {
        let log = Arc::<Log>::default();
        let mut stream = BufReader::new(TcpStream::connect(address).unwrap());
        let get = "GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
        stream.get_mut().write_all(get.as_bytes()).unwrap();
        let mut data = stream
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("data: ").map(str::to_owned));
        let path = data.next().unwrap();
        let noting = log.clone();
        thread::spawn(move || noting.note_all(data));
        let client = Self::Sse(address, path.into(), log);
        client.initialize();
        client
    }

    pub(crate) fn http(address: SocketAddr) -> Self {
        let mut connection = None;
        let answer = post(&mut connection, address, "/mcp", "", &initialize().to_string());
        Self::Http(address, session_of(answer), Arc::default())
    }

    pub(crate) fn http2(address: SocketAddr, pair: &Pair) -> Self {
        let server = Http2::new(address, pair);
        let session = session_of(server.post("", &initialize().to_string()));
        Self::Http2(Arc::new(server), session, Arc::default())
    }

    fn initialize(&self) {
        assert_eq!(self.send(&mut None, 0, &initialize()), None);
        assert!(matches!(self.log().wait(0), End::Result(_)));
    }

    pub(crate) fn log(&self) -> &Log {
        match self {
            Self::Stdio(_, log) => log,
            Self::Sse(.., log) | Self::Http(.., log) | Self::Http2(.., log) => log,
        }
    }

    /// Calls a tool, and writes down what becomes of it; what already is known of its end.
    pub(crate) fn call(
        &self,
        connection: &mut Option<TcpStream>,
        id: u64,
        tool: &str,
        milliseconds: u64,
    ) -> Option<End> {
        let arguments = json!({ "id": id, "milliseconds": milliseconds });
        let params = json!({ "name": tool, "arguments": arguments });
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        let end = self.send(connection, id, &call);
        end.inspect(|end| self.log().note(id, end.clone()))
    }

    /// As [`call`](Self::call), without waiting.
    pub(crate) fn call_aside(&self, id: u64, tool: &'static str, milliseconds: u64) {
        let client = self.clone();
        thread::spawn(move || client.call(&mut None, id, tool, milliseconds));
    }

    /// What became of it, if that is known at once.
    fn send(&self, connection: &mut Option<TcpStream>, id: u64, message: &Value) -> Option<End> {
        let posted = match self {
            Self::Stdio(stdin, _) => {
                let line = format!("{message}\n");
                let written = stdin.lock().unwrap().write_all(line.as_bytes());
                return written.err().map(|_| End::Closed);
            }
            Self::Sse(address, path, _) => {
                post(connection, *address, path, "", &message.to_string())
            }
            Self::Http(address, session, _) => {
                post(connection, *address, "/mcp", session, &message.to_string())
            }
            Self::Http2(server, session, _) => server.post(session, &message.to_string()),
        };
        match posted {
            Err(_) => Some(End::Closed),
            Ok((503, head, _)) => {
                assert!(head.contains("retry-after: "), "{head}");
                Some(End::Unavailable)
            }
            Ok((202, ..)) => None, // its end comes over the stream
            Ok((_, _, body)) => {
                self.log().note_message(&serde_json::from_str(&body).unwrap());
                self.log().of(id)
            }
        }
    }
}

fn initialize() -> Value {
    let info = json!({ "name": "it", "version": "1" });
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": info });
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })
}

/// What the answer to `initialize` calls the session.
fn session_of(answer: io::Result<(u16, String, String)>) -> Arc<str> {
    let (status, head, _) = answer.unwrap();
    assert_eq!(status, 200);
    head.lines().find_map(|line| line.strip_prefix("mcp-session-id: ")).unwrap().into()
}

/// Status, head and body; over the connection that is open, as long as the server keeps it.
fn post(
    connection: &mut Option<TcpStream>,
    address: SocketAddr,
    path: &str,
    session: &str,
    body: &str,
) -> io::Result<(u16, String, String)> {
    let stream = match connection.take() {
        Some(stream) => stream,
        None => TcpStream::connect(address)?,
    };
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut stream = BufReader::new(stream);
    let named = if session.is_empty() { "" } else { &format!("Mcp-Session-Id: {session}\r\n") };
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Accept: application/json\r\n{named}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.get_mut().write_all(request.as_bytes())?;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
    let mut body = vec![0; field("content-length: ").unwrap_or("0").parse().unwrap()];
    stream.read_exact(&mut body)?;
    let status = head[9..12].parse().unwrap();
    if field("connection: ") != Some("close") {
        *connection = Some(stream.into_inner());
    }
    Ok((status, head, String::from_utf8(body).unwrap()))
}
