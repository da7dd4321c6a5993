//! What a process does when it is told to stop.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Whoever reads that the server listens may stop it at once, and the first signal is a request.
#[test]
fn a_server_that_says_it_listens_ends_in_good_order() {
    for start in 0..40 {
        let mut server = Command::new(env!("CARGO_BIN_EXE_limited-fixture"))
            .args(["--transport", "http", "--port", "0"])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("listening on"), "{line}");
        kill_process(Pid::from_child(&server), Signal::TERM).unwrap();
        let status = server.wait().unwrap();
        assert!(status.success(), "{status} at start {start}");
    }
}

/// Whoever started it may have gone, or reads no more than one line.
#[test]
fn a_server_whose_stderr_nobody_reads_serves_and_ends_in_good_order() {
    let (nobody, stderr) = std::io::pipe().unwrap();
    drop(nobody);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_limited-fixture"))
        .args(["--transport", "http", "--port", &free.port().to_string()])
        .stdin(Stdio::null())
        .stderr(stderr)
        .spawn()
        .unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(free).is_err() {
        assert!(Instant::now() < patience, "it does not listen");
        assert_eq!(server.try_wait().unwrap(), None, "it ended by itself");
        std::thread::sleep(Duration::from_millis(2)); // between two looks
    }
    kill_process(Pid::from_child(&server), Signal::TERM).unwrap();
    assert!(server.wait().unwrap().success());
}
