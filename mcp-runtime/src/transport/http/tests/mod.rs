//! What can be seen only from inside: how serving ends, and what it leaves behind.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::connection::Terms;
use super::site::Site;
use super::{HttpOptions, Listener, Mode, bind, serve};
use crate::revision::Revision;
use crate::server::{Limits, Server, Service};

static STARTED: AtomicUsize = AtomicUsize::new(0);

static RELEASED: Notify = Notify::const_new();

/// Rests until it is woken, and says that it does.
#[crate::tool]
async fn rest() -> &'static str {
    STARTED.fetch_add(1, Ordering::SeqCst);
    RELEASED.notified().await;
    "rested"
}

/// Sleeps.
#[crate::tool]
async fn nap(ms: u64) -> &'static str {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    "rested"
}

async fn service() -> Arc<Service> {
    Server::new("test", "1").with(crate::tools![nap, rest]).build(&()).await.unwrap()
}

/// A site that ends idle sessions soon, and serves at an address of its own.
async fn impatient() -> (Arc<Site>, SocketAddr, Arc<Service>, tokio::task::JoinHandle<()>) {
    let limits = Limits::default().session_idle(Duration::from_millis(300));
    let server = Server::new("test", "1").with(crate::tools![nap]).limits(limits);
    let service = server.build(&()).await.unwrap();
    let site =
        Arc::new(Site::new(&service, &HttpOptions::default(), Mode::Http, Vec::new()).unwrap());
    let (listener, address) = listener().await;
    let router = site.whole_router();
    let serving = tokio::spawn({
        let terms = Terms::new(&service, router, &HttpOptions::default()).unwrap();
        listener.serve(terms)
    });
    (site, address, service, serving)
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

    fn ask_listen(&mut self) {
        let revision = Revision::NEWEST_STATELESS;
        let body = serde_json::json!({
            "jsonrpc": "2.0",
            "id": 1,
            "method": "subscriptions/listen",
            "params": {
                "notifications": { "toolsListChanged": true },
                "_meta": {
                    "io.modelcontextprotocol/protocolVersion": revision.as_str(),
                    "io.modelcontextprotocol/clientCapabilities": {},
                },
            },
        })
        .to_string();
        let length = body.len();
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: {revision}\r\n\
             Mcp-Method: subscriptions/listen\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(head.as_bytes()).unwrap();
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

async fn start(options: HttpOptions) -> (SocketAddr, Arc<Service>, tokio::task::JoinHandle<()>) {
    let (listener, address) = listener().await;
    let service = service().await;
    let serving = tokio::spawn({
        let service = service.clone();
        async move { serve(service, listener, &options, Mode::Http, |_| {}).await.unwrap() }
    });
    (address, service, serving)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_ends_streams_lets_calls_finish_and_refuses_others() {
    let (address, service, serving) = start(HttpOptions::default().with_sse(true)).await;
    let (mut idle, mut caller, mut stream, mut sse) = blocking(move || {
        let mut idle = Client::open(address);
        let session = idle.open_session();
        let mut stream = Client::open(address);
        stream.ask("GET", "/mcp", &session, "");
        assert!(stream.head().starts_with("HTTP/1.1 200"));
        let mut sse = Client::open(address);
        sse.ask("GET", "/sse", "", "");
        assert!(sse.head().starts_with("HTTP/1.1 200"));
        let mut caller = Client::open(address);
        caller.ask_call(&session, "rest", 0);
        while STARTED.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        (idle, caller, stream, sse)
    })
    .await;
    // Neither holds up the end: a head that stops, and a body that does.
    let mut half_head = Client::open(address);
    half_head.0.get_mut().write_all(b"POST /mcp HTTP/1.1\r\nHost: local").unwrap();
    let mut half_body = Client::open(address);
    let half = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 100\r\n\r\n{";
    half_body.0.get_mut().write_all(half.as_bytes()).unwrap();
    let asked = Instant::now();
    let stopping = tokio::spawn(async move { service.stop().await });
    blocking(move || {
        assert!(stream.rest().ends_with("0\r\n\r\n"));
        assert!(sse.rest().ends_with("0\r\n\r\n"));
        for client in [&mut idle, &mut Client::open(address)] {
            client.ask_call("", "nap", 0);
            let (head, body) = client.response();
            assert!(head.starts_with("HTTP/1.1 503"), "{head}");
            assert!(value(&head, "retry-after").is_some(), "{head}");
            assert_eq!(value(&head, "connection"), Some("close"), "{head}");
            assert!(body.contains("stopping"), "{body}");
            assert_eq!(client.rest(), "");
        }
        assert!(half_body.head().starts_with("HTTP/1.1 503"));
        RELEASED.notify_one();
        assert!(caller.response().1.contains("rested"));
        assert_eq!(caller.rest(), "");
        assert_eq!(half_head.rest(), "");
    })
    .await;
    stopping.await.unwrap();
    serving.await.unwrap();
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(TcpStream::connect(address).is_err());
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_sessions_leave_nothing_behind() {
    const SESSIONS: usize = 1_000;

    let (listener, address) = listener().await;
    let service = service().await;
    let site =
        Arc::new(Site::new(&service, &HttpOptions::default(), Mode::Http, Vec::new()).unwrap());
    let terms = Terms::new(&service, site.whole_router(), &HttpOptions::default()).unwrap();
    let serving = tokio::spawn(listener.serve(terms));
    let sessions = site.sessions().unwrap().clone();
    let all_open = blocking(move || {
        let mut clients: Vec<_> = (0..SESSIONS / 10).map(|_| Client::open(address)).collect();
        let mut all_open = 0;
        for _ in 0..10 {
            let ids: Vec<_> = clients.iter_mut().map(Client::open_session).collect();
            for (client, id) in clients.iter_mut().zip(&ids) {
                client.ask_call(id, "nap", 0);
            }
            for client in &mut clients {
                assert!(client.response().1.contains("rested"));
            }
            all_open += sessions.live();
            for (client, id) in clients.iter_mut().zip(&ids) {
                client.ask("DELETE", "/mcp", id, "");
                assert!(client.response().0.starts_with("HTTP/1.1 200"));
            }
            clients = clients.into_iter().map(|_| Client::open(address)).collect();
        }
        all_open
    })
    .await;
    assert_eq!(all_open, SESSIONS);
    assert_eq!(site.sessions().unwrap().live(), 0);
    let patience = Instant::now() + Duration::from_secs(5);
    while server_sockets(address) > 0 {
        assert!(Instant::now() < patience, "{} sockets are open", server_sockets(address));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.stop().await;
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_abandoned_sessions_none_outlives_its_idle_time() {
    let (site, address, service, serving) = impatient().await;
    let sessions = site.sessions().unwrap().clone();
    let opened = blocking(move || {
        let mut client = Client::open(address);
        (0..1_000).map(|_| client.open_session()).collect::<HashSet<_>>().len()
    })
    .await;
    assert_eq!(opened, 1_000);
    let patience = Instant::now() + Duration::from_secs(5);
    while sessions.live() > 0 {
        assert!(Instant::now() < patience, "{} live on", sessions.live());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.stop().await;
    serving.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_who_listened_leave_nothing_behind() {
    const CLIENTS: usize = 1_000;

    let (listener, address) = listener().await;
    let service = service().await;
    let serving = tokio::spawn({
        let service = service.clone();
        let options = HttpOptions::default();
        async move { serve(service, listener, &options, Mode::Http, |_| {}).await }
    });
    for _ in 0..10 {
        let clients = blocking(move || {
            let listening = |_| {
                let mut client = Client::open(address);
                client.ask_listen();
                assert!(client.head().starts_with("HTTP/1.1 200"));
                client
            };
            (0..CLIENTS / 10).map(listening).collect::<Vec<_>>()
        })
        .await;
        assert_eq!(service.listening(), CLIENTS / 10);
        drop(clients); // they hang up, without a word
        let patience = Instant::now() + Duration::from_secs(5);
        while service.listening() > 0 {
            assert!(Instant::now() < patience, "{} listen on", service.listening());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let mut last = blocking(move || {
        let mut last = Client::open(address);
        last.ask_listen();
        assert!(last.head().starts_with("HTTP/1.1 200"));
        last
    })
    .await;
    service.stop().await;
    let rest = blocking(move || last.rest()).await;
    assert!(rest.contains("subscriptions/acknowledged"), "{rest}");
    assert!(rest.contains(r#""resultType":"complete""#), "the end is told: {rest}");
    serving.await.unwrap().unwrap();
}

/// The sockets this process holds of clients that were accepted at that address.
fn server_sockets(address: SocketAddr) -> usize {
    const LISTEN: &str = "0A";
    let port = format!(":{:04X}", address.port());
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let of_server: HashSet<_> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields[1].ends_with(&port) && fields[3] != LISTEN)
        .map(|fields| format!("socket:[{}]", fields[9]))
        .collect();
    let open = fs::read_dir("/proc/self/fd").unwrap().flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter(|target| of_server.contains(&*target.to_string_lossy()))
        .count()
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
