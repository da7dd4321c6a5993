//! What can be seen only from inside: the `ending` of what is served, and what `crowds` leave behind.

mod crowds;
mod ending;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::connection::Terms;
use super::{HttpOptions, Listener, bind};
use crate::revision::Revision;
use crate::server::{Server, Service};

/// Sleeps.
#[crate::tool]
async fn nap(ms: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "rested"
}

async fn service() -> Arc<Service> {
    Server::new("test", "1").with(crate::tools![nap]).build(&()).await.unwrap()
}

async fn listener() -> (Listener, SocketAddr) {
    let listener = bind("127.0.0.1", 0).await.unwrap();
    let address = listener.local_addr();
    (listener, address)
}

/// A client that does one thing after the other.
struct Client(BufReader<TcpStream>);

impl Client {
    fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        Self(BufReader::new(stream))
    }

    fn ask(&mut self, method: &str, path: &str, session: &str, body: &str) {
        let session =
            if session.is_empty() { "" } else { &format!("Mcp-Session-Id: {session}\r\n") };
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             {session}Content-Length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
    }

    /// The status line and the headers.
    fn head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.0.read_line(&mut head).unwrap() > 0, "closed after {head:?}");
        }
        head
    }

    /// A response of known length.
    fn response(&mut self) -> (String, String) {
        let head = self.head();
        let length = value(&head, "content-length").unwrap_or("0").parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap())
    }

    fn open_session(&mut self) -> String {
        let initialize = format!(
            r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{}"}}}}"#,
            Revision::NEWEST_HANDSHAKE
        );
        self.ask("POST", "/mcp", "", &initialize);
        value(&self.response().0, "mcp-session-id").unwrap().to_owned()
    }

    fn ask_call(&mut self, session: &str, tool: &str, ms: u64) {
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{{"ms":{ms}}}}}}}"#
        );
        self.ask("POST", "/mcp", session, &call);
    }

    /// Everything until the server closes the connection.
    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).unwrap();
        rest
    }
}

fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn a_port_in_use_is_told_in_one_line() {
    let (_listener, address) = listener().await;
    let error = bind("127.0.0.1", address.port()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {address}: address in use; choose another with --port, or 0 for a free one"
        )
    );
    let error = bind("192.0.2.1", 0).await.unwrap_err();
    assert!(error.to_string().ends_with("choose another with --host"), "{error}");
}

#[cfg(feature = "sse")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_sent_where_the_application_has_put_us() {
    let (listener, address) = listener().await;
    let service = service().await;
    let ours = Server::new("test", "1").with(crate::tools![nap]);
    let options = HttpOptions::default().with_sse(true);
    let ours = ours.into_router_with(options.clone()).await.unwrap();
    let router = axum::Router::new().nest("/tools/v1", ours);
    let terms = Terms::new(&service, router, &options).unwrap();
    let serving = tokio::spawn(listener.serve(terms));
    blocking(move || {
        let mut stream = Client::open(address);
        stream.ask("GET", "/tools/v1/sse", "", "");
        assert!(stream.head().starts_with("HTTP/1.1 200 "));
        let mut endpoint = String::new();
        while !endpoint.ends_with("\n\n") {
            stream.0.read_line(&mut endpoint).unwrap();
        }
        let (_, path) = endpoint.trim().split_once("data: ").unwrap();
        assert!(path.starts_with("/tools/v1/messages?session="), "{endpoint}");
        let mut posts = Client::open(address);
        posts.ask("POST", path, "", r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
        assert!(posts.head().starts_with("HTTP/1.1 202 "));
    })
    .await;
    serving.abort();
}
