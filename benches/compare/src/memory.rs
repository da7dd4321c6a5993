//! What a server holds when nothing happens, and how soon it is there.

use std::time::Duration;

use crate::http::Connection;
use crate::message::{Era, Requests, Work};
use crate::report::{Finding, Spread};
use crate::server::{Process, Who};
use crate::stdio::{self, Line};

const SESSIONS: u64 = 10_000;
const CONNECTIONS: u64 = 1_000;

type Measure = fn(Who) -> Result<f64, String>;

/// A thing that is measured for each server on its own.
pub struct Row {
    pub name: &'static str,
    over_http: bool,
    unit: &'static str,
    bar: Bar,
    measure: Measure,
    /// It takes long, and comes to the same each time.
    once: bool,
}

enum Bar {
    Times(Who, f64),
    Most(f64),
}

pub const ALL: &[Row] = &[
    Row {
        name: "cold start stdio",
        over_http: false,
        unit: "ms",
        bar: Bar::Times(Who::Bare, 1.25),
        measure: cold_stdio,
        once: false,
    },
    Row {
        name: "cold start http",
        over_http: true,
        unit: "ms",
        bar: Bar::Times(Who::Bare, 1.25),
        measure: cold_http,
        once: false,
    },
    Row {
        name: "idle RSS stdio",
        over_http: false,
        unit: "MiB",
        bar: Bar::Times(Who::BareTokio, 1.5),
        measure: idle_stdio,
        once: false,
    },
    Row {
        name: "idle RSS http",
        over_http: true,
        unit: "MiB",
        bar: Bar::Times(Who::Bare, 1.5),
        measure: idle_http,
        once: false,
    },
    Row {
        name: "per idle session",
        over_http: true,
        unit: "KiB",
        bar: Bar::Most(2.0),
        measure: per_session,
        once: true,
    },
    Row {
        name: "per idle connection",
        over_http: true,
        unit: "KiB",
        bar: Bar::Times(Who::Bare, 1.3),
        measure: per_connection,
        once: true,
    },
];

impl Row {
    fn is_for(&self, who: Who) -> bool {
        match who {
            Who::BareTokio | Who::OursStdio => !self.over_http,
            Who::ByHand => !self.once, // it has no sessions
            _ => true,
        }
    }

    pub fn finding(&self, rounds: usize) -> Finding {
        self.measured(rounds).unwrap_or_else(|problem| Finding::failed(self.name, problem))
    }

    fn measured(&self, rounds: usize) -> Result<Finding, String> {
        let field: Vec<Who> = Who::ALL.into_iter().filter(|who| self.is_for(*who)).collect();
        let mut values = vec![Vec::new(); field.len()];
        for _ in 0..if self.once { 1 } else { rounds } {
            for (who, values) in field.iter().zip(&mut values) {
                let value = (self.measure)(*who)
                    .map_err(|problem| format!("{}, {}: {problem}", self.name, who.name()))?;
                values.push(value);
            }
        }
        let of = |who: Who| {
            let place =
                field.iter().position(|other| *other == who).expect("a server that takes part");
            &values[place]
        };
        let (found, bar, passed) = match self.bar {
            Bar::Most(most) => {
                let ours = Spread::of(of(Who::Ours).clone());
                (
                    format!("{ours} {}", self.unit),
                    format!("≤ {most} {}", self.unit),
                    ours.median <= most,
                )
            }
            Bar::Times(base, most) => {
                let pairs = of(Who::Ours).iter().zip(of(base));
                let ratio = Spread::of(pairs.map(|(ours, base)| ours / base).collect());
                (ratio.to_string(), format!("≤ {most} × {}", base.name()), ratio.median <= most)
            }
        };
        let shown = field.iter().zip(&values).map(|(who, values)| {
            format!("{} {:.2} {}", who.name(), Spread::of(values.clone()).median, self.unit)
        });
        let field = shown.collect::<Vec<_>>().join(", ");
        Ok(Finding { what: self.name.into(), found, bar, passed: Some(passed), field })
    }
}

const MIB: f64 = 1_048_576.0;
const KIB: f64 = 1_024.0;
/// What a server may still do after its last reply.
const SETTLES: Duration = Duration::from_millis(200);
/// One is over before the next can be seen.
const STARTS: usize = 10;

fn cold(start: impl Fn() -> Result<Duration, String>) -> Result<f64, String> {
    let starts = (0..STARTS).map(|_| start().map(|took| took.as_secs_f64() * 1e3));
    Ok(Spread::of(starts.collect::<Result<Vec<_>, _>>()?).median)
}

fn cold_stdio(who: Who) -> Result<f64, String> {
    cold(|| Ok(stdio::cold_start(who)))
}

fn cold_http(who: Who) -> Result<f64, String> {
    cold(|| {
        let started = std::time::Instant::now();
        let (_process, address) = Process::http(who, Era::Session);
        block_on(async { Connection::open(address).await?.initialize().await })?;
        Ok(started.elapsed())
    })
}

fn idle_stdio(who: Who) -> Result<f64, String> {
    let line = Line::open(who, Era::Session);
    std::thread::sleep(SETTLES);
    Ok(line.process.rss() as f64 / MIB)
}

fn idle_http(who: Who) -> Result<f64, String> {
    let (process, address) = Process::http(who, Era::Session);
    block_on(async { Connection::open(address).await?.initialize().await })?;
    std::thread::sleep(SETTLES);
    Ok(process.rss() as f64 / MIB)
}

/// Opens sessions one after another on one connection, which then ends.
fn per_session(who: Who) -> Result<f64, String> {
    let (process, address) = Process::http(who, Era::Session);
    let sessions = |count: u64| async move {
        let mut connection = Connection::open(address).await?;
        for _ in 0..count {
            connection.initialize().await?;
        }
        Ok(())
    };
    block_on(sessions(100))?;
    std::thread::sleep(SETTLES);
    let before = process.rss();
    block_on(sessions(SESSIONS - 100))?;
    std::thread::sleep(SETTLES);
    Ok(process.rss().saturating_sub(before) as f64 / KIB / (SESSIONS - 100) as f64)
}

/// Connections that have carried a request and are kept for the next.
fn per_connection(who: Who) -> Result<f64, String> {
    let (process, address) = Process::http(who, Era::Modern);
    let open = |count: u64| async move {
        let mut open = Vec::new();
        for _ in 0..count {
            let mut connection = Connection::open(address).await?;
            connection.exchange(&mut Requests::new(Work::Add("add"), Era::Modern)).await?;
            open.push(connection);
        }
        tokio::time::sleep(SETTLES).await;
        Ok::<_, String>(open)
    };
    block_on(async {
        let _first = open(10).await?;
        let before = process.rss();
        let _open = open(CONNECTIONS).await?;
        Ok(process.rss().saturating_sub(before) as f64 / KIB / CONNECTIONS as f64)
    })
}

fn block_on<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}
