//! Whether a server lives, whether it takes requests, and what it has done.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::ending::Client;
use crate::process::{PATIENCE, Process};

/// Status and whole response, as a probe sees it: by address, without a name of the server.
pub(super) fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: kubelet.example:1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    (response[9..12].parse().unwrap(), response)
}

/// The port that is the operators' own.
fn ops(process: &Process) -> SocketAddr {
    let line = process.prints(|line| line.starts_with("health is told at "));
    line.split('/').nth(2).unwrap().parse().unwrap()
}

#[test]
fn a_server_that_drains_lives_and_is_not_ready() {
    for transport in ["http", "sse"] {
        let mut process = Process::start(&["-t", transport, "--port", "0", "--drain", "600"]);
        let address = process.address();
        let client = match transport {
            "http" => Client::http(address),
            _ => Client::sse(address),
        };
        assert_eq!(get(address, "/healthz").0, 200);
        assert_eq!(get(address, "/readyz").0, 200);
        assert_eq!(get(address, "/metrics").0, 403, "not asked for, so a path like any other");
        client.call_aside(1, "block", 600_000);
        process.prints(|line| line == "begun 1");
        process.terminate();
        while get(address, "/readyz").0 == 200 {}
        assert_eq!(get(address, "/readyz").0, 503);
        assert_eq!(get(address, "/healthz").0, 200);
        process.terminate();
        process.exits();
    }
}

#[test]
fn what_operators_see_may_have_a_port_of_its_own() {
    let process = Process::start(&["-t", "http", "--port", "0", "--ops-port", "0", "--metrics"]);
    let address = process.address();
    let ops = ops(&process);
    assert_ne!(address, ops);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(get(ops, path).0, 200, "{path}");
        assert_eq!(get(address, path).0, 403, "{path}");
    }
    assert_eq!(get(ops, "/mcp").0, 404);
}

/// Or who watches over the server would end it because many call it.
#[test]
fn no_crowd_of_clients_keeps_operators_out() {
    let flags = ["-t", "http", "--port", "0", "--ops-port", "0", "--max-memory", "1MiB"];
    let process = Process::start(&flags);
    let address = process.address();
    let ops = ops(&process);
    let mut crowd = Vec::new();
    while get(address, "/").0 != 503 {
        crowd.push(TcpStream::connect(address).unwrap());
    }
    assert_eq!(get(ops, "/healthz").0, 200);
}

#[test]
fn requests_are_counted_under_names_that_no_peer_makes_up() {
    let process = Process::start(&["-t", "http", "--port", "0", "--metrics"]);
    let address = process.address();
    let client = Client::http(address);
    for id in 1..=3 {
        client.call(&mut None, id, "rest", 0);
    }
    for id in 4..=100 {
        client.call(&mut None, id, &format!("made-up-{id}"), 0);
    }
    client.call_aside(101, "rest", 600_000);
    process.prints(|line| line == "begun 101");
    let (status, page) = get(address, "/metrics");
    assert_eq!(status, 200);
    let has = |line: &str| assert!(page.lines().any(|other| other == line), "no {line} in {page}");
    has(r#"mcp_requests_total{method="tools/call",name="rest",outcome="ok"} 3"#);
    has(r#"mcp_requests_total{method="tools/call",name="",outcome="error"} 97"#);
    has(r#"mcp_requests_total{method="initialize",name="",outcome="ok"} 1"#);
    has(r#"mcp_request_duration_seconds_count{method="tools/call",name="rest"} 3"#);
    has("mcp_requests_running 1");
    has("# EOF");
    assert!(!page.contains("made-up"), "{page}");
}

#[test]
fn the_endpoint_cannot_be_where_health_is_told() {
    let mut process = Process::start(&["-t", "http", "--port", "0", "--path", "/healthz"]);
    let (status, lines) = process.printed();
    let said = lines.join("\n");
    assert!(!status.success() && said.contains("--path /healthz"), "{said}");
}
