//! A client over the pipes of a process.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::measure::{Sample, Watch};
use crate::message::{Era, INITIALIZE, INITIALIZED, Requests};
use crate::server::{Counted, Process, Who};

/// A process whose client has said who it is, if that is done once.
pub struct Line {
    pub process: Process,
    pub stdin: ChildStdin,
    pub stdout: BufReader<ChildStdout>,
}

impl Line {
    pub fn open(who: Who, era: Era) -> Self {
        Self::start(who, era, None)
    }

    /// The same under callgrind, which counts its instructions.
    pub fn counted(who: Who, era: Era, counted: &Counted) -> Self {
        Self::start(who, era, Some(counted))
    }

    fn start(who: Who, era: Era, counted: Option<&Counted>) -> Self {
        let (process, stdin, stdout) = Process::stdio(who, counted);
        let mut line = Self { process, stdin, stdout: BufReader::with_capacity(256 << 10, stdout) };
        if era == Era::Session {
            line.initialize();
        }
        line
    }

    pub fn initialize(&mut self) {
        self.send(INITIALIZE);
        let reply = self.receive();
        assert!(reply.contains("\"serverInfo\""), "initialize: {reply}");
        self.send(INITIALIZED);
    }

    pub fn send(&mut self, message: &str) {
        let line = format!("{message}\n");
        self.stdin.write_all(line.as_bytes()).expect("the server reads");
    }

    pub fn receive(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the server writes");
        line
    }

    /// Keeps `window` requests under way, for as long as the watch says.
    pub fn load(
        mut self,
        mut requests: Requests,
        window: usize,
        mut watch: Watch,
    ) -> Result<Sample, String> {
        if window == 1 {
            return self.one_at_a_time(requests, watch);
        }
        let mut stdin = self.stdin;
        let mut writing = Requests::new(requests.work, requests.era);
        let (free, slots) = mpsc::channel::<usize>();
        let (sent, started) = mpsc::channel::<Instant>();
        // Who writes before it reads waits for a server that does the same: two threads.
        let writer = std::thread::spawn(move || {
            let mut batch = Vec::new();
            while let Ok(first) = slots.recv() {
                batch.clear();
                let now = Instant::now();
                for _ in 0..first + slots.try_iter().sum::<usize>() {
                    writing.write(&mut batch);
                    batch.push(b'\n');
                    if sent.send(now).is_err() {
                        return;
                    }
                }
                if stdin.write_all(&batch).is_err() {
                    return; // the reader says why
                }
            }
        });
        let _ = free.send(window); // a writer that is gone shows in what is read
        requests.allow_any();
        let mut line = Vec::new();
        let mut done = 0;
        loop {
            line.clear();
            let length =
                self.stdout.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
            if length == 0 {
                return Err("the server has closed its output".into());
            }
            requests.check(line.trim_ascii_end())?;
            let since = started.recv().map_err(|_| "a reply that nobody asked for")?;
            watch.count(since.elapsed());
            done += 1;
            // As many as were read at once, so that they are answered by as many at once.
            if self.stdout.buffer().is_empty() || done == window {
                if watch.is_over(&self.process) {
                    break;
                }
                let _ = free.send(done);
                done = 0;
            }
        }
        let sample = watch.sample(&self.process);
        drop((free, self.process)); // its end is the writer's
        drop(writer.join());
        Ok(sample)
    }

    fn one_at_a_time(mut self, mut requests: Requests, mut watch: Watch) -> Result<Sample, String> {
        let (mut request, mut line) = (Vec::new(), Vec::new());
        while !watch.is_over(&self.process) {
            request.clear();
            let id = requests.write(&mut request);
            request.push(b'\n');
            let started = Instant::now();
            self.stdin.write_all(&request).map_err(|error| error.to_string())?;
            line.clear();
            self.stdout.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
            watch.count(started.elapsed());
            let replied = requests.check(line.trim_ascii_end())?;
            if replied != id {
                return Err(format!("asked {id}, got a reply to {replied}"));
            }
        }
        Ok(watch.sample(&self.process))
    }
}

/// How long it takes from the start of a process to its first reply.
pub fn cold_start(who: Who) -> Duration {
    let started = Instant::now();
    let mut line = Line::open(who, Era::Modern);
    line.send(INITIALIZE);
    let reply = line.receive();
    let took = started.elapsed();
    assert!(reply.contains("\"serverInfo\""), "initialize: {reply}");
    took
}
