//! A server process: on its own core, with its clock and its memory.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::message::Era;

/// Whose server it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Who {
    Bare,
    /// The bare loop over lines, on tokio.
    BareTokio,
    /// As many tools as ours, without a framework: takes no part in loads.
    ByHand,
    /// Ours, built for stdio alone: takes no part in loads either.
    OursStdio,
    Ours,
    Rmcp,
    Flymcprust,
}

impl Who {
    pub const ALL: [Self; 7] = [
        Self::Bare,
        Self::BareTokio,
        Self::ByHand,
        Self::OursStdio,
        Self::Ours,
        Self::Rmcp,
        Self::Flymcprust,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::BareTokio => "bare on tokio",
            Self::ByHand => "by hand",
            Self::OursStdio => "ours for stdio alone",
            Self::Ours => "ours",
            Self::Rmcp => "rmcp",
            Self::Flymcprust => "flymcprust",
        }
    }

    pub fn is_peer(self) -> bool {
        matches!(self, Self::Rmcp | Self::Flymcprust)
    }

    pub fn package(self) -> &'static str {
        match self {
            Self::Bare | Self::BareTokio => "bare",
            Self::ByHand => "by-hand",
            Self::OursStdio => "ours-stdio",
            Self::Ours => "ours",
            Self::Rmcp => "peer-rmcp",
            Self::Flymcprust => "peer-flymcprust",
        }
    }

    pub fn binary(self, over_http: bool) -> &'static str {
        match self {
            Self::Bare if over_http => "bare-http",
            Self::Bare => "bare-stdio",
            Self::BareTokio => "bare-stdio-tokio",
            peer => peer.package(),
        }
    }

    /// There is one bare handler, and it is on tokio.
    pub fn serves_http(self) -> bool {
        !matches!(self, Self::BareTokio | Self::OursStdio)
    }

    pub fn takes_load(self) -> bool {
        !matches!(self, Self::ByHand | Self::OursStdio)
    }
}

/// Where everything is built.
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn built(binary: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from);
    target.join("release").join(binary)
}

/// Where the lists are that the bare servers send.
pub fn lists() -> PathBuf {
    built("bench-lists")
}

/// How instructions are counted, and where the count is put.
pub struct Counted {
    pub valgrind: PathBuf,
    pub out: PathBuf,
}

impl Counted {
    /// The program, under callgrind.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(&self.valgrind);
        // One that was unpacked somewhere finds its tools by this.
        let tools = self.valgrind.parent().map(|bin| bin.join("../libexec/valgrind"));
        if let Some(tools) = tools.filter(|tools| tools.is_dir()) {
            command.env("VALGRIND_LIB", tools);
        }
        command.args(["--quiet", "--tool=callgrind"]);
        command.arg(format!("--callgrind-out-file={}", self.out.display())).arg(program);
        command
    }
}

pub struct Process {
    child: Child,
    clock: ClockId,
}

impl Process {
    pub fn stdio(who: Who, counted: Option<&Counted>) -> (Self, ChildStdin, ChildStdout) {
        let mut process = Self::spawn(who, &["stdio"], counted, Stdio::piped());
        let stdin = process.child.stdin.take().expect("stdin is piped");
        let stdout = process.child.stdout.take().expect("stdout is piped");
        (process, stdin, stdout)
    }

    /// Serves when this returns.
    pub fn http(who: Who, era: Era) -> (Self, SocketAddr) {
        Self::serving(who, era, None)
    }

    /// The same under callgrind, which counts its instructions.
    pub fn http_counted(who: Who, era: Era, counted: &Counted) -> (Self, SocketAddr) {
        Self::serving(who, era, Some(counted))
    }

    fn serving(who: Who, era: Era, counted: Option<&Counted>) -> (Self, SocketAddr) {
        let arguments: &[&str] = match (who, era) {
            (Who::Rmcp, Era::Session) => &["http", "sessions"],
            _ => &["http"],
        };
        let mut process = Self::spawn(who, arguments, counted, Stdio::null());
        let mut port = String::new();
        let stdout = process.child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut port).expect("a line");
        let port: u16 =
            port.trim().parse().unwrap_or_else(|_| panic!("{}: no port but `{port}`", who.name()));
        (process, ([127, 0, 0, 1], port).into())
    }

    fn spawn(who: Who, arguments: &[&str], counted: Option<&Counted>, stdin: Stdio) -> Self {
        let program = built(who.binary(arguments[0] == "http"));
        let mut command = match counted {
            None => Command::new(&program),
            Some(counted) => counted.command(&program),
        };
        command.args(arguments).env("BENCH_LISTS", lists());
        // valgrind has its own to say, about calls of the system that it does not know.
        let stderr = if counted.is_some() { Stdio::null() } else { Stdio::inherit() };
        command.stdin(stdin).stdout(Stdio::piped()).stderr(stderr);
        // Affinity is inherited. A program such as `taskset` in between would count as cold start.
        stay_on(SERVER_CORE);
        let child = command.spawn();
        stay_on(LOAD_CORE);
        let child = child.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        let clock =
            clock_getcpuclockid(Pid::from_raw(child.id() as i32)).expect("a process has a clock");
        Self { child, clock }
    }

    /// Asks it to end, and waits until it has.
    pub fn finish(mut self) {
        let asked = kill(Pid::from_raw(self.child.id() as i32), Signal::SIGTERM);
        asked.expect("a process of ours");
        drop(self.child.wait());
    }

    /// CPU time of all its threads so far, those that have ended included.
    pub fn cpu(&self) -> Duration {
        Duration::from(self.clock.now().expect("a process that runs"))
    }

    /// Resident bytes, counted page by page: what stands in `status` may be off by some.
    pub fn rss(&self) -> u64 {
        self.memory("smaps_rollup", "Rss:")
    }

    /// The most it ever had resident, in bytes.
    pub fn peak(&self) -> u64 {
        self.memory("status", "VmHWM:")
    }

    fn memory(&self, file: &str, key: &str) -> u64 {
        let path = format!("/proc/{}/{file}", self.child.id());
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let line =
            text.lines().find_map(|line| line.strip_prefix(key)).expect("a line of the kernel's");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kB") << 10
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill()); // it may have ended by itself
        drop(self.child.wait());
    }
}

const SERVER_CORE: usize = 0;
pub const LOAD_CORE: usize = 1;

/// Keeps this thread, and what it starts, on one core.
pub fn stay_on(core: usize) {
    let mut cores = CpuSet::new();
    cores.set(core).and_then(|()| sched_setaffinity(Pid::from_raw(0), &cores)).expect("two cores");
}

/// Lets this thread, and what it starts, have every core.
pub fn stay_anywhere() {
    let mut cores = CpuSet::new();
    let all = (0..CpuSet::count()).try_for_each(|core| cores.set(core));
    all.and_then(|()| sched_setaffinity(Pid::from_raw(0), &cores)).expect("cores");
}

/// What the server's core has done for everybody, and what was taken from it.
pub fn core_time() -> Duration {
    let text = std::fs::read_to_string("/proc/stat").expect("Linux");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("cpu{SERVER_CORE} ")))
        .expect("a core");
    let ticks: Vec<u64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal: all but the two that are nobody's.
    let busy: u64 = ticks
        .iter()
        .take(8)
        .enumerate()
        .filter(|(field, _)| ![3, 4].contains(field))
        .map(|(_, ticks)| ticks)
        .sum();
    Duration::from_millis(busy * 10)
}
