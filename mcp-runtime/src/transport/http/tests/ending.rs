//! How serving ends.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{Client, blocking, listener, value};
use crate::server::Server;
use crate::transport::http::{HttpOptions, Mode, serve};

static STARTED: AtomicUsize = AtomicUsize::new(0);

static RELEASED: Notify = Notify::const_new();

/// Rests until it is woken, and says that it does.
#[crate::tool]
async fn rest() -> &'static str {
    STARTED.fetch_add(1, Ordering::SeqCst);
    RELEASED.notified().await;
    "rested"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_ends_streams_lets_calls_finish_and_refuses_others() {
    let (listener, address) = listener().await;
    let server = Server::new("test", "1").with(crate::tools![super::nap, rest]);
    let service = server.build(&()).await.unwrap();
    let options = HttpOptions::default().with_sse(true);
    let serving = tokio::spawn({
        let service = service.clone();
        async move { serve(service, listener, &options, Mode::Http, |_| {}).await.unwrap() }
    });
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
