//! A server in a process of its own, what it says on stderr, and signals to it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before it is said never to happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Process {
    child: Child,
    printed: Arc<Printed>,
    reading: Option<JoinHandle<()>>,
}

/// The lines on stderr so far.
#[derive(Default)]
struct Printed {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl Process {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    /// With variables of its environment.
    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ending-fixture"))
            .args(arguments)
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let printed = Arc::<Printed>::default();
        let (stderr, printing) = (child.stderr.take().unwrap(), printed.clone());
        let reading = thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                printing.lines.lock().unwrap().push(line);
                printing.more.notify_all();
            }
        });
        Self { child, printed, reading: Some(reading) }
    }

    pub(crate) fn ends(&mut self) -> (ChildStdin, ChildStdout) {
        (self.child.stdin.take().unwrap(), self.child.stdout.take().unwrap())
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let line = self.prints(|line| line.starts_with("listening on "));
        let authority = line.split('/').nth(2).unwrap();
        authority.parse().unwrap()
    }

    pub(crate) fn prints(&self, wanted: impl Fn(&str) -> bool) -> String {
        self.prints_several(1, wanted).remove(0)
    }

    /// Waits for so many such lines.
    pub(crate) fn prints_several(
        &self,
        count: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let lines = self.printed.lines.lock().unwrap();
        let found = |lines: &Vec<String>| {
            lines.iter().filter(|line| wanted(line)).cloned().collect::<Vec<_>>()
        };
        let waiting = |lines: &mut Vec<String>| found(lines).len() < count;
        let (lines, waited) =
            self.printed.more.wait_timeout_while(lines, PATIENCE, waiting).unwrap();
        assert!(!waited.timed_out(), "only {lines:?}");
        found(&lines)
    }

    /// Everything on stderr, once it has ended.
    pub(crate) fn printed(&mut self) -> (ExitStatus, Vec<String>) {
        let status = self.exits();
        self.reading.take().unwrap().join().unwrap();
        (status, self.printed.lines.lock().unwrap().clone())
    }

    /// The calls that have begun.
    pub(crate) fn begun(&self) -> Vec<u64> {
        let lines = self.printed.lines.lock().unwrap();
        lines.iter().filter_map(|line| line.strip_prefix("begun ")?.parse().ok()).collect()
    }

    pub(crate) fn terminate(&self) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
    }

    pub(crate) fn exits(&mut self) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(started.elapsed() < PATIENCE, "lives on: {:?}", self.printed.lines.lock());
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
