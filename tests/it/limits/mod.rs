//! A server as a process of its own, pressed against its limits: what clients are told, and what it
//! costs in memory.

mod abandoned;
mod bounds;
mod floods;

use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::raw::patient;

/// A server for as long as the value lives.
struct Process {
    child: Child,
    /// Where it listens, if it does.
    address: SocketAddr,
    /// What it says on stdout.
    lines: Option<Lines<BufReader<ChildStdout>>>,
    /// It says where it listens in as many lines as there are addresses, and somebody has to take them.
    _stderr: Option<Lines<BufReader<ChildStderr>>>,
}

fn command(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_limited-fixture"));
    command.args(flags).kill_on_drop(true);
    command
}

impl Process {
    async fn http(flags: &[&str]) -> Self {
        let mut command = command(flags);
        let mut child = command
            .args(["--transport", "http", "--port", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = patient(lines.next_line()).await.unwrap().unwrap();
        let url = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line}"));
        let address = url.trim_end_matches("/mcp").parse().unwrap();
        Self { child, address, lines: None, _stderr: Some(lines) }
    }

    async fn stdio(flags: &[&str]) -> Self {
        let mut command = command(flags);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, address: ([0, 0, 0, 0], 0).into(), lines: Some(lines), _stderr: None }
    }

    async fn send(&mut self, message: &str) {
        let to = self.child.stdin.as_mut().unwrap();
        patient(to.write_all(format!("{message}\n").as_bytes())).await.unwrap();
    }

    /// The next message on stdout.
    async fn next(&mut self) -> Value {
        let line = patient(self.lines.as_mut().unwrap().next_line()).await.unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn file(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.child.id().unwrap())
    }

    /// How many connections it has accepted and not closed.
    fn connections(&self) -> usize {
        const LISTEN: &str = "0A";
        let port = format!(":{:04X}", self.address.port());
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let accepted = rows.filter(|row| row[1].ends_with(&port) && row[3] != LISTEN);
        let sockets: HashSet<_> = accepted.map(|row| format!("socket:[{}]", row[9])).collect();
        let open = fs::read_dir(self.file("fd")).unwrap().flatten();
        let targets = open.filter_map(|entry| fs::read_link(entry.path()).ok());
        targets.filter(|target| sockets.contains(&*target.to_string_lossy())).count()
    }

    /// The most memory it has had since [`forget_peak`](Self::forget_peak), in KiB.
    fn peak(&self) -> u64 {
        let status = fs::read_to_string(self.file("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn forget_peak(&self) {
        const PEAK: &str = "5";
        fs::write(self.file("clear_refs"), PEAK).unwrap();
    }
}
