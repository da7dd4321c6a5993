//! One measurement: a load for a while, and what it has cost the server.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::http::Connection;
use crate::message::{Era, Requests, Work};
use crate::server::{self, Process, Who};
use crate::stdio::Line;

/// How a load reaches the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// So many connections, each with one request under way.
    Http(usize),
    /// So many requests under way.
    Stdio(usize),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Load {
    pub way: Way,
    pub era: Era,
    pub work: Work,
}

#[derive(Clone, Debug)]
pub struct Sample {
    /// Of the server, per request.
    pub cpu: Duration,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub p999: Duration,
    pub peak: u64,
    /// The part of its core that the server did not get.
    pub foreign: f64,
}

impl Load {
    pub fn on(self, who: Who, time: Duration) -> Result<Sample, String> {
        let watch = Watch::new(time);
        let requests = Requests::new(self.work, self.era);
        match self.way {
            Way::Stdio(window) => Line::open(who, self.era).load(requests, window, watch),
            Way::Http(connections) => {
                let (process, address) = Process::http(who, self.era);
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let load = http(self, address, connections, watch, &process);
                LocalSet::new().block_on(&runtime.expect("a runtime"), load)
            }
        }
    }
}

async fn http(
    load: Load,
    address: SocketAddr,
    connections: usize,
    watch: Watch,
    process: &Process,
) -> Result<Sample, String> {
    let watch = Rc::new(RefCell::new(watch));
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut connection = Connection::ready(address, load.era).await?;
        let (watch, mut requests) = (watch.clone(), Requests::new(load.work, load.era));
        clients.push(tokio::task::spawn_local(async move {
            while !watch.borrow().ended {
                let started = Instant::now();
                connection.exchange(&mut requests).await?;
                watch.borrow_mut().count(started.elapsed());
            }
            Ok::<_, String>(())
        }));
    }
    while !watch.borrow_mut().is_over(process) {
        if clients.iter().any(tokio::task::JoinHandle::is_finished) {
            break; // for a reason that it tells
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let sample = watch.borrow_mut().sample(process);
    for client in clients {
        client.await.map_err(|error| error.to_string())??;
    }
    Ok(sample)
}

/// Counts requests, and begins when the server is warm.
pub struct Watch {
    started: Instant,
    time: Duration,
    measured: Option<Measured>,
    latencies: Vec<Duration>,
    pub ended: bool,
}

struct Measured {
    since: Instant,
    cpu: Duration,
    core: Duration,
}

/// How much of the time goes by before anything is counted: `1 / WARM_UP`.
const WARM_UP: u32 = 4;

impl Watch {
    pub fn new(time: Duration) -> Self {
        Self { started: Instant::now(), time, measured: None, latencies: Vec::new(), ended: false }
    }

    pub fn count(&mut self, latency: Duration) {
        if self.measured.is_some() {
            self.latencies.push(latency);
        }
    }

    /// To be asked now and then, while the load runs.
    pub fn is_over(&mut self, process: &Process) -> bool {
        match &self.measured {
            None if self.started.elapsed() >= self.time / WARM_UP => {
                self.measured = Some(Measured {
                    since: Instant::now(),
                    cpu: process.cpu(),
                    core: server::core_time(),
                });
            }
            None => {}
            Some(measured) => self.ended = measured.since.elapsed() >= self.time,
        }
        self.ended
    }

    pub fn sample(&mut self, process: &Process) -> Sample {
        let cpu = process.cpu();
        let measured = self.measured.as_ref().expect("it was warm");
        let elapsed = measured.since.elapsed();
        let (cpu, core) = (cpu - measured.cpu, server::core_time() - measured.core);
        self.latencies.sort_unstable();
        let requests = self.latencies.len();
        let percentile = |part: f64| {
            let index = (requests as f64 * part) as usize;
            self.latencies.get(index.min(requests.saturating_sub(1))).copied().unwrap_or_default()
        };
        Sample {
            cpu: cpu.checked_div(requests as u32).unwrap_or(Duration::MAX),
            per_second: requests as f64 / elapsed.as_secs_f64(),
            p50: percentile(0.5),
            p99: percentile(0.99),
            p999: percentile(0.999),
            peak: process.peak(),
            foreign: core.saturating_sub(cpu).as_secs_f64() / elapsed.as_secs_f64(),
        }
    }
}
