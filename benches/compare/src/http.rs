//! A client over raw HTTP/1.1: one request at a time on a connection, each response read to its end.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::message::{Era, INITIALIZE, INITIALIZED, Requests};

pub struct Connection {
    stream: TcpStream,
    address: SocketAddr,
    session: Option<String>,
    out: Vec<u8>,
    /// Of the response: what was read, and how much of it is of its head.
    read: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(said)?;
        stream.set_nodelay(true).map_err(said)?;
        Ok(Self {
            stream,
            address,
            session: None,
            out: Vec::new(),
            read: Vec::new(),
            body: Vec::new(),
        })
    }

    /// A connection whose client has said who it is, if that is done once.
    pub async fn ready(address: SocketAddr, era: Era) -> Result<Self, String> {
        let mut connection = Self::open(address).await?;
        if era == Era::Session {
            connection.initialize().await?;
        }
        Ok(connection)
    }

    /// Opens a session, which stays that of the connection.
    pub async fn initialize(&mut self) -> Result<(), String> {
        self.session = None;
        let session = self.post(INITIALIZE.as_bytes(), "").await?;
        if !String::from_utf8_lossy(&self.body).contains("\"serverInfo\"") {
            return Err(format!("initialize: {}", String::from_utf8_lossy(&self.body)));
        }
        self.session = Some(session.ok_or("initialize: no session")?);
        self.post(INITIALIZED.as_bytes(), "").await.map(drop)
    }

    /// Sends the next request and checks its reply.
    pub async fn exchange(&mut self, requests: &mut Requests) -> Result<(), String> {
        let headers = match (requests.era, requests.work.method_and_name()) {
            (Era::Session, _) => String::new(),
            (Era::Modern, (method, None)) => format!("Mcp-Method: {method}\r\n"),
            (Era::Modern, (method, Some(name))) => {
                format!("Mcp-Method: {method}\r\nMcp-Name: {name}\r\n")
            }
        };
        let head = self.head(requests.length(), requests.era == Era::Modern, &headers);
        self.out.clear();
        self.out.extend_from_slice(head.as_bytes());
        let id = requests.write(&mut self.out);
        self.respond().await?;
        match requests.check(&self.body)? {
            replied if replied == id => Ok(()),
            replied => Err(format!("asked {id}, got a reply to {replied}")),
        }
    }

    /// Posts a message of a session, and returns the session that the response names.
    async fn post(&mut self, message: &[u8], headers: &str) -> Result<Option<String>, String> {
        let head = self.head(message.len(), false, headers);
        self.out.clear();
        self.out.extend_from_slice(head.as_bytes());
        self.out.extend_from_slice(message);
        self.respond().await
    }

    fn head(&self, length: usize, modern: bool, headers: &str) -> String {
        let version = match (modern, &self.session) {
            (true, _) => "MCP-Protocol-Version: 2026-07-28\r\n".into(),
            (false, Some(session)) => {
                format!("MCP-Protocol-Version: 2025-11-25\r\nMcp-Session-Id: {session}\r\n")
            }
            (false, None) => String::new(),
        };
        format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nAccept: application/json, \
             text/event-stream\r\n{version}{headers}Content-Length: {length}\r\n\r\n",
            self.address
        )
    }

    /// Sends what is in `out` and reads the response; its message is in `body` then.
    async fn respond(&mut self) -> Result<Option<String>, String> {
        // Together: who sends a megabyte before it reads one may wait for a server that does the same.
        let (mut reader, mut writer) = self.stream.split();
        let (out, read) = (&self.out, &mut self.read);
        read.clear();
        let mut sent = 0;
        let head = loop {
            if sent < out.len() {
                sent += writer.write(&out[sent..]).await.map_err(said)?;
                continue;
            }
            more(&mut reader, read).await?;
            if let Some(head) = Head::parse(read)? {
                break head;
            }
        };
        match head.length {
            Length::Known(length) => {
                while read.len() < head.bytes + length {
                    read.reserve(head.bytes + length - read.len());
                    more(&mut reader, read).await?;
                }
                self.body.clear();
                self.body.extend_from_slice(&read[head.bytes..]);
            }
            Length::Chunked => {
                while !unchunk(&read[head.bytes..], &mut self.body)? {
                    more(&mut reader, read).await?;
                }
            }
        }
        if head.status != 200 && head.status != 202 {
            return Err(format!("status {}: {}", head.status, String::from_utf8_lossy(&self.body)));
        }
        if head.events {
            self.body = last_event(&self.body).into();
        }
        Ok(head.session)
    }
}

async fn more(reader: &mut (impl AsyncReadExt + Unpin), read: &mut Vec<u8>) -> Result<(), String> {
    read.reserve(16 << 10);
    match reader.read_buf(read).await.map_err(said)? {
        0 => Err("the server has closed the connection".into()),
        _ => Ok(()),
    }
}

fn said(error: std::io::Error) -> String {
    error.to_string()
}

struct Head {
    status: u16,
    /// Of the head itself.
    bytes: usize,
    length: Length,
    /// The body is an event stream.
    events: bool,
    session: Option<String>,
}

enum Length {
    Known(usize),
    Chunked,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Option<Self>, String> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        let httparse::Status::Complete(length_of_head) =
            response.parse(bytes).map_err(|error| error.to_string())?
        else {
            return Ok(None);
        };
        let mut head = Self {
            status: response.code.unwrap_or_default(),
            bytes: length_of_head,
            length: Length::Known(0),
            events: false,
            session: None,
        };
        for header in response.headers.iter() {
            let value = std::str::from_utf8(header.value).unwrap_or_default();
            if header.name.eq_ignore_ascii_case("content-length") {
                head.length =
                    Length::Known(value.parse().map_err(|_| "content-length is no number")?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                head.length = Length::Chunked;
            } else if header.name.eq_ignore_ascii_case("content-type") {
                head.events = value.starts_with("text/event-stream");
            } else if header.name.eq_ignore_ascii_case("mcp-session-id") {
                head.session = Some(value.into());
            }
        }
        Ok(Some(head))
    }
}

/// Puts the chunks together; `false` if the last is not there yet.
fn unchunk(mut chunks: &[u8], whole: &mut Vec<u8>) -> Result<bool, String> {
    whole.clear();
    loop {
        let (start, length) =
            match httparse::parse_chunk_size(chunks).map_err(|_| "a chunk without its size")? {
                httparse::Status::Complete((start, length)) => (start, length as usize),
                httparse::Status::Partial => return Ok(false),
            };
        if chunks.len() < start + length + 2 {
            return Ok(false);
        }
        if length == 0 {
            return Ok(true);
        }
        whole.extend_from_slice(&chunks[start..start + length]);
        chunks = &chunks[start + length + 2..];
    }
}

/// The data of the last event that has some.
fn last_event(events: &[u8]) -> &[u8] {
    let lines = events.split(|byte| *byte == b'\n');
    let mut data = lines.filter_map(|line| line.strip_prefix(b"data:")).map(<[u8]>::trim_ascii);
    data.rfind(|data| !data.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_and_events_are_read() {
        let mut whole = Vec::new();
        let chunks = b"e\r\ndata: \n\nid: 1\n\r\nb\r\ndata: {}\n\n\n\r\n0\r\n\r\n";
        assert_eq!(unchunk(&chunks[..chunks.len() - 3], &mut whole), Ok(false));
        assert_eq!(unchunk(chunks, &mut whole), Ok(true));
        assert_eq!(last_event(&whole), b"{}");
    }
}
