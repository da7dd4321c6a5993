//! What sync functions cost, and what they cost others: ours alone, for peers have no such choice.

use std::time::{Duration, Instant};

use crate::measure::{Load, Way};
use crate::message::{Era, Work};
use crate::report::{Finding, Spread};
use crate::server::Who;
use crate::stdio::Line;

/// A trivial sync function against the same one that is async.
pub fn sync_against_async(rounds: usize, time: Duration) -> Finding {
    const WHAT: &str = "trivial sync tool / the same async, stdio w32";
    let cpu = |name| {
        let load = Load { way: Way::Stdio(32), era: Era::Modern, work: Work::Add(name) };
        load.on(Who::Ours, time).map(|sample| sample.cpu.as_secs_f64())
    };
    let ratios = (0..rounds).map(|_| Ok(cpu("add")? / cpu("add_async")?));
    match ratios.collect::<Result<_, String>>().map(Spread::of) {
        Ok(ratio) => verdict(WHAT, ratio.to_string(), "≤ 1.05", ratio.median <= 1.05),
        Err(problem) => Finding::failed(WHAT, problem),
    }
}

/// A ping behind 64 calls that block for 100 ms.
pub fn ping_behind_blocking_calls(rounds: usize) -> Finding {
    let waited = (0..rounds).map(|_| {
        let mut line = Line::open(Who::Ours, Era::Session);
        ping(&mut line);
        for id in 0..64 {
            line.send(&block(id, 100));
        }
        ping(&mut line).as_secs_f64() * 1e3
    });
    let waited = Spread::of(waited.collect());
    verdict(
        "ping behind 64 sync calls of 100 ms",
        format!("{waited} ms"),
        "< 5 ms",
        waited.median < TOLERABLE.as_secs_f64() * 1e3,
    )
}

/// A function that is quick a thousand times, and then blocks.
pub fn quick_then_slow() -> Finding {
    let mut line = Line::open(Who::Ours, Era::Session);
    for id in 0..1_000 {
        line.send(&block(id, 0));
        line.receive();
    }
    let slow = (0..10).filter(|round| {
        let started = Instant::now();
        line.send(&block(1_000 + round, 50));
        line.send(PING);
        // Whichever comes first: the other comes too.
        let replies = [(); 2].map(|()| (line.receive(), started.elapsed()));
        let ping = replies.iter().find(|(reply, _)| is_pong(reply)).expect("one of the two");
        ping.1 > TOLERABLE
    });
    let stalls = slow.count();
    verdict(
        "stalls of others by a function quick 1,000 times, then slow 10 times",
        stalls.to_string(),
        "≤ 1",
        stalls <= 1,
    )
}

fn verdict(what: &str, found: String, bar: &str, passed: bool) -> Finding {
    Finding {
        what: what.into(),
        found,
        bar: bar.into(),
        passed: Some(passed),
        field: String::new(),
    }
}

fn block(id: u64, milliseconds: u64) -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"block","arguments":{{"milliseconds":{milliseconds}}}}}}}"#
    )
}

const PING: &str = r#"{"jsonrpc":"2.0","id":"ping","method":"ping"}"#;

/// How long a ping may wait.
const TOLERABLE: Duration = Duration::from_millis(5);

fn is_pong(reply: &str) -> bool {
    reply.contains(r#""id":"ping""#)
}

/// How long a ping takes. Replies to calls that come before it are read too.
fn ping(line: &mut Line) -> Duration {
    let started = Instant::now();
    line.send(PING);
    while !is_pong(&line.receive()) {}
    started.elapsed()
}
