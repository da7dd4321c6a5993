//! HTTP/1.1 as it is on the wire: a client that sends exactly what a test says.

mod exchange;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use exchange::{Exchange, Exchanges};

/// How long a test waits for anything before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// What HTTP is spoken over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(crate) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    /// Whom it calls.
    host: String,
    /// Where `post` posts to.
    pub(crate) endpoint: &'static str,
    exchanges: Exchanges,
}

#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) head: Head,
    pub(crate) body: String,
}

/// One server-sent event.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) data: String,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream, address)
    }

    pub(crate) fn over(stream: impl Stream + 'static, host: impl ToString) -> Self {
        let stream: Box<dyn Stream> = Box::new(stream);
        let (stream, host) = (BufReader::new(stream), host.to_string());
        Self { stream, host, endpoint: "/mcp", exchanges: Exchanges::default() }
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends a request; `Host` and `Content-Length` are added unless the headers have them.
    pub(crate) async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) {
        let has = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut text = format!("{method} {path} HTTP/1.1\r\n");
        if !has("host") {
            text += &format!("Host: {}\r\n", self.host);
        }
        if !has("content-length") && !has("transfer-encoding") && !body.is_empty() {
            text += &format!("Content-Length: {}\r\n", body.len());
        }
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += "\r\n";
        text += body;
        self.exchanges.begin(Exchange::of(path, headers, body));
        self.send(text.as_bytes()).await;
    }

    pub(crate) async fn request(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Response {
        self.ask(method, path, headers, body).await;
        self.response().await
    }

    /// A whole response.
    pub(crate) async fn response(&mut self) -> Response {
        let head = self.head().await;
        let body = self.body(&head).await;
        Response { head, body }
    }

    /// Gives each message of a response away as it comes.
    pub(crate) async fn each_message(&mut self, mut give: impl FnMut(Value)) {
        let head = self.head().await;
        let events = head.header("content-type") == Some("text/event-stream");
        if !events || head.header("transfer-encoding") != Some("chunked") {
            return match &*self.body(&head).await {
                "" => {}
                body if events => messages(body).into_iter().for_each(give),
                body => give(serde_json::from_str(body).unwrap()),
            };
        }
        let mut text = String::new();
        while let Some(chunk) = self.chunk().await {
            text += std::str::from_utf8(&chunk).unwrap();
            let rest = text.split_off(text.rfind("\n\n").map_or(0, |end| end + 2));
            messages(&std::mem::replace(&mut text, rest)).into_iter().for_each(&mut give);
        }
    }

    async fn body(&mut self, head: &Head) -> String {
        let mut body = Vec::new();
        if head.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk().await {
                body.extend(chunk);
            }
        } else if let Some(length) = head.header("content-length") {
            body.resize(length.parse().unwrap(), 0);
            patient(self.stream.read_exact(&mut body)).await.unwrap();
            self.exchanges.current().piece(&body);
        }
        String::from_utf8(body).unwrap()
    }

    pub(crate) async fn head(&mut self) -> Head {
        let first = self.line().await;
        let status = first.split(' ').nth(1).unwrap_or_else(|| panic!("no status: {first:?}"));
        let status = status.parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line().await;
            if line.is_empty() {
                let head = Head { status, headers };
                self.exchanges.answered(&head);
                return head;
            }
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// The next chunk of a chunked body; `None` behind the last.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let size = usize::from_str_radix(&self.line().await, 16).unwrap();
        let mut chunk = vec![0; size + 2];
        patient(self.stream.read_exact(&mut chunk)).await.unwrap();
        chunk.truncate(size);
        self.exchanges.current().piece(&chunk);
        (size > 0).then_some(chunk)
    }

    /// Whether the server closes the connection without another byte.
    pub(crate) async fn is_closed(&mut self) -> bool {
        patient(self.stream.fill_buf()).await.is_ok_and(|rest| rest.is_empty())
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        patient(self.stream.read_line(&mut line)).await.unwrap();
        line.trim_end_matches(['\r', '\n']).to_owned()
    }
}

impl Head {
    /// Whether it says which token would have been good.
    fn is_challenge(&self) -> bool {
        self.header("www-authenticate").is_some()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }
}

impl Response {
    pub(crate) fn status(&self) -> u16 {
        self.head.status
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.header(name)
    }

    /// The body as JSON, which it has to be.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        assert!(!self.body.contains('\n'), "one line: {self:?}");
        serde_json::from_str(&self.body).unwrap()
    }

    /// The code of the JSON-RPC error in the body.
    pub(crate) fn code(&self) -> Option<i64> {
        self.json()["error"]["code"].as_i64()
    }

    /// The messages of a body of events.
    pub(crate) fn messages(&self) -> Vec<Value> {
        assert_eq!(self.header("content-type"), Some("text/event-stream"), "{self:?}");
        messages(&self.body)
    }
}

/// The messages in a text of events; one without data is none.
pub(crate) fn messages(text: &str) -> Vec<Value> {
    let events = events(text).into_iter().filter(|event| !event.data.is_empty());
    events.map(|event| serde_json::from_str(&event.data).unwrap()).collect()
}

/// The events in a text that ends with a whole one; comments are skipped.
pub(crate) fn events(text: &str) -> Vec<Event> {
    let blocks = text.split("\n\n").filter(|block| !block.is_empty() && !block.starts_with(':'));
    blocks
        .map(|block| {
            let field = |name: &str| {
                let lines = block.lines().filter_map(|line| line.split_once(": "));
                lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
            };
            Event { name: field("event"), id: field("id"), data: field("data") }
        })
        .collect()
}

pub(crate) async fn patient<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("waited too long")
}

/// Waits until something holds.
pub(crate) async fn until(mut holds: impl FnMut() -> bool) {
    patient(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// Whether something can be done in that time. A machine that does much else may need some tries;
/// what is slow by itself is so every time.
pub(crate) async fn within(limit: Duration, mut work: impl AsyncFnMut()) {
    let mut took = Vec::new();
    while took.len() < 5 {
        let started = Instant::now();
        work().await;
        took.push(started.elapsed());
        if took.last() < Some(&limit) {
            return;
        }
    }
    panic!("took {took:?} and not {limit:?}");
}
