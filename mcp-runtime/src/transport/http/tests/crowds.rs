//! What many clients leave behind when they go.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Client, blocking, listener, service};
use crate::revision::Revision;
use crate::server::{Limits, Server, Service};
use crate::transport::http::connection::Terms;
use crate::transport::http::site::Site;
use crate::transport::http::{HttpOptions, Mode, serve};

/// A site that ends idle sessions soon, and serves at an address of its own.
async fn impatient() -> (Arc<Site>, SocketAddr, Arc<Service>, tokio::task::JoinHandle<()>) {
    let limits = Limits::default().session_idle(Duration::from_millis(300));
    let server = Server::new("test", "1").with(crate::tools![super::nap]).limits(limits);
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

impl Client {
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
