//! What stdin and stdout may be besides two pipes.

use std::fs::{self, File};
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::client::{Client, SERVER, request};
use crate::conversation::Conversation;

/// A handshake and a few calls, of each kind of function.
fn converse(client: &mut Client) {
    client.handshake("2025-11-25");
    for round in 0..3 {
        client.call(round, "add", json!({ "a": round, "b": 2 }));
        assert_eq!(client.next()["result"]["structuredContent"]["result"], round + 2);
    }
    client.call(10, "sleep", json!({ "milliseconds": 10 }));
    assert_eq!(client.next()["id"], 10);
    client.call(11, "echo", json!({ "text": "x".repeat(300_000) }));
    assert_eq!(client.next()["result"]["content"][0]["text"].as_str().map(str::len), Some(300_000));
}

fn socket() -> (UnixStream, OwnedFd) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (ours, theirs.into())
}

#[test]
fn one_socket_for_both() {
    let (ours, theirs) = socket();
    let child = Command::new(SERVER)
        .stdin(theirs.try_clone().unwrap())
        .stdout(theirs)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut client = Client::over(child, ours.try_clone().unwrap(), ours.try_clone().unwrap());
    converse(&mut client);
    ours.shutdown(std::net::Shutdown::Write).unwrap();
    client.exits_well();
    client.hangs_up();
}

#[test]
fn a_socket_for_each() {
    let ((to, stdin), (from, stdout)) = (socket(), socket());
    let child =
        Command::new(SERVER).stdin(stdin).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let mut client = Client::over(child, to, from);
    converse(&mut client);
    client.hang_up();
    client.exits_well();
}

/// What is stderr too stays as it is: who else has it open does not expect to be told to wait.
#[test]
fn what_is_stderr_too_never_becomes_non_blocking() {
    let (ours, theirs) = socket();
    let child = Command::new(SERVER)
        .stdin(theirs.try_clone().unwrap())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    let mut client = Client::over(child, ours.try_clone().unwrap(), ours);
    converse(&mut client);
    assert_blocking(client.pid());

    let (from, theirs) = std::io::pipe().unwrap();
    let mut child = Command::new(SERVER)
        .stdin(Stdio::piped())
        .stdout(theirs.try_clone().unwrap())
        .stderr(theirs)
        .spawn()
        .unwrap();
    let to = child.stdin.take().unwrap();
    let mut client = Client::over(child, to, from);
    converse(&mut client);
    assert_blocking(client.pid());
    client.hang_up();
    client.exits_well();
}

fn assert_blocking(pid: u32) {
    const O_NONBLOCK: u32 = 0o4000;
    let Ok(info) = fs::read_to_string(format!("/proc/{pid}/fdinfo/2")) else { return }; // no Linux
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
    assert_eq!(u32::from_str_radix(flags.trim(), 8).unwrap() & O_NONBLOCK, 0, "{info}");
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let (requests, replies) = (folder.path().join("requests"), folder.path().join("replies"));
    let mut file = File::create(&requests).unwrap();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let call = |id: i64| {
        let params =
            json!({ "name": "echo", "arguments": { "text": "é".repeat(10_000) }, "_meta": meta });
        json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params })
    };
    let mut conversation = Conversation::default();
    for id in 0..100 {
        let call = call(id);
        write!(file, "{call}\r\n").unwrap();
        conversation.sent(&call, None);
    }
    let child = Command::new(SERVER)
        .stdin(File::open(requests).unwrap())
        .stdout(File::create(&replies).unwrap())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut client = Client::over(child, std::io::sink(), std::io::empty());
    client.exits_well();
    let replies = fs::read_to_string(replies).unwrap();
    let replies: Vec<Value> =
        replies.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    replies.iter().for_each(|reply| conversation.received(reply));
    assert_eq!(replies.len(), 100);
    assert!(replies.iter().all(|reply| reply["result"]["resultType"] == "complete"), "{replies:?}");
}

#[test]
fn nothing_at_all() {
    let child = Command::new(SERVER)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Client::over(child, std::io::sink(), std::io::empty()).exits_well();
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal() {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = || File::options().read(true).write(true).open(&name).unwrap();
    let child = Command::new(SERVER)
        .stdin(theirs())
        .stdout(theirs())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ours = File::from(ours);
    let mut client = Client::over(child, ours.try_clone().unwrap(), ours);
    client.send(&request(1, "ping"));
    let (typed, reply) = (client.next(), client.next());
    assert_eq!(typed["method"], "ping", "a terminal shows what is typed");
    assert_eq!(reply["result"], json!({}));
    client.send_bytes(b"\x04"); // Ctrl-D
    client.exits_well();
}
