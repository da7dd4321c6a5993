//! How a process ends that is asked to: `kill -TERM`, on every transport.

mod client;
mod http2;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::process::{PATIENCE, Process};
use crate::tls::Pair;
pub(crate) use client::Client;
use client::End;
use mcp_runtime::{HttpOptions, Server, testing};
use tempfile::NamedTempFile;

/// Each of them, and both versions of HTTP: the second with TLS, without which nobody speaks it.
const TRANSPORTS: &[&str] = &["stdio", "sse", "http", "http2"];

fn start(transport: &str, drain: &str) -> (Process, Client) {
    start_with(transport, drain, &[])
}

fn start_with(transport: &str, drain: &str, variables: &[(&str, &str)]) -> (Process, Client) {
    if transport == "http2" {
        return start_over_tls(drain, variables);
    }
    let arguments = ["--transport", transport, "--port", "0", "--drain", drain];
    let mut process = Process::start_with(&arguments, variables);
    let client = match transport {
        "stdio" => Client::stdio(&mut process),
        "sse" => Client::sse(process.address()),
        _ => Client::http(process.address()),
    };
    (process, client)
}

fn start_over_tls(drain: &str, variables: &[(&str, &str)]) -> (Process, Client) {
    let pair = Pair::new();
    let (certificate, key) = (pair.certificate(), pair.key());
    let secure = ["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let arguments = ["--transport", "http", "--port", "0", "--drain", drain];
    let process = Process::start_with(&[&arguments[..], &secure].concat(), variables);
    let client = Client::http2(process.address(), &pair);
    (process, client) // the files may go: the server has read them
}

/// A call that keeps the server from being over before the others were looked at.
const LONG: u64 = 1;

#[test]
fn every_call_that_was_read_is_answered_and_later_ones_are_refused() {
    for transport in TRANSPORTS {
        let latch = NamedTempFile::new().unwrap();
        let latched = [("LATCH", latch.path().to_str().unwrap())];
        let (mut process, client) = start_with(transport, "600", &latched);
        client.call_aside(LONG, "stay", 0);
        process.prints(|line| line == "begun 1");
        let (signalled, next) = (Arc::<AtomicBool>::default(), Arc::new(AtomicU64::new(LONG + 1)));
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let (client, signalled, next) = (client.clone(), signalled.clone(), next.clone());
                thread::spawn(move || load(&client, &signalled, &next))
            })
            .collect();
        process.prints_several(50, |line| line.starts_with("begun"));
        process.terminate();
        signalled.store(true, Ordering::SeqCst);
        let during: Vec<_> =
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
        drop(latch);
        assert!(matches!(client.log().wait(LONG), End::Result(_)), "{transport}");
        let (status, _) = process.printed(); // all of it is there
        assert!(status.success(), "{transport}");
        let begun = process.begun();
        for id in &begun {
            let end = client.log().wait(*id);
            assert!(matches!(end, End::Result(_)), "{transport}: {id} was read: {end:?}");
        }
        for id in &during {
            let end = client.log().of(*id);
            let refused = match &end {
                Some(End::Unavailable) => *transport != "stdio",
                Some(End::Error(what)) => what.contains("stopping"),
                _ => begun.contains(id), // it was read before the signal was seen
            };
            assert!(refused, "{transport}: {id} came during the drain: {end:?}");
        }
        process.prints(|line| line == format!("ended after {}", begun.len()));
    }
}

/// Calls until the end of the server is under way; the calls that were made after that was asked for.
fn load(client: &Client, signalled: &AtomicBool, next: &AtomicU64) -> Vec<u64> {
    let (mut connection, mut during) = (None, Vec::new());
    let started = Instant::now();
    while started.elapsed() < PATIENCE && during.len() < 20 {
        let late = signalled.load(Ordering::SeqCst);
        let id = next.fetch_add(1, Ordering::SeqCst);
        client.call(&mut connection, id, "rest", 5);
        client.log().wait(id);
        if late {
            during.push(id);
        }
    }
    during
}

#[test]
fn a_function_that_blocks_past_the_drain_time_gets_its_error_and_the_process_ends() {
    for transport in TRANSPORTS {
        let (mut process, client) = start(transport, "0.2");
        client.call_aside(1, "block", 600_000);
        client.call_aside(2, "rest", 600_000);
        process.prints_several(2, |line| line.starts_with("begun"));
        process.terminate();
        for id in [1, 2] {
            let end = client.log().wait(id);
            let is_cut =
                matches!(&end, End::Error(what) if what.contains("the server stopped before"));
            assert!(is_cut, "{transport}: {end:?}");
        }
        assert!(process.exits().success(), "{transport}");
        process.prints(|line| line == "ended after 2");
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    const TERMINATED: i32 = 143;

    for transport in TRANSPORTS {
        let (mut process, client) = start(transport, "600");
        client.call_aside(1, "block", 600_000);
        process.prints(|line| line == "begun 1");
        process.terminate();
        // The first signal was seen once requests are refused.
        let mut id = 2;
        loop {
            client.call(&mut None, id, "rest", 0);
            if !matches!(client.log().wait(id), End::Result(_)) {
                break;
            }
            id += 1;
        }
        process.terminate();
        assert_eq!(process.exits().code(), Some(TERMINATED), "{transport}");
    }
}

#[test]
fn a_hook_that_never_ends_does_not_keep_the_process() {
    let (mut process, client) = start_with("stdio", "0", &[("HANG", "1")]);
    process.terminate();
    process.prints(|line| line == "ended after 0");
    let (status, lines) = process.printed();
    assert_eq!(status.code(), Some(1));
    assert!(lines.iter().any(|line| line.contains("keeps the server from ending")), "{lines:?}");
    drop(client);
}

struct Log(std::sync::mpsc::Sender<&'static str>);

#[tokio::test]
async fn a_server_in_another_program_ends_when_it_is_told_to() {
    let (told, heard) = std::sync::mpsc::channel();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = Server::new("test", "1")
        .state(Log(told))
        .on_shutdown(|log: Arc<Log>| async move { log.0.send("first").unwrap() })
        .on_shutdown(|| async {})
        .on_shutdown(|log: Arc<Log>| async move { log.0.send("second").unwrap() })
        .shutdown_on(async move { drop(stopped.await) });
    let serving = tokio::spawn(server.serve_http_on(listener, HttpOptions::default()));
    let answer = tokio::task::spawn_blocking(move || Client::http(address));
    drop(answer.await.unwrap()); // it serves, and a connection is open
    assert!(heard.try_recv().is_err());
    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, serving).await.unwrap().unwrap().unwrap();
    assert_eq!(heard.iter().collect::<Vec<_>>(), ["first", "second"]);
}

#[tokio::test]
async fn a_hook_without_its_state_is_an_error_at_start() {
    let server = Server::new("test", "1").on_shutdown(|_: Arc<Log>| async {});
    let error = testing::connect(server).await.unwrap_err().to_string();
    assert!(error.contains("Log`, and there is no such state"), "{error}");
}
