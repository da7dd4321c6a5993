//! Ratios, their spread, and whether they are good enough: as Markdown.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::measure::Sample;
use crate::rows::{Peers, Row};
use crate::server::Who;

/// The samples of a row, one a round.
pub type Samples = BTreeMap<Who, Vec<Sample>>;

/// A line of the table of bars.
pub struct Finding {
    pub what: String,
    pub found: String,
    pub bar: String,
    /// `None` where there is nothing to pass.
    pub passed: Option<bool>,
    pub field: String,
}

impl Finding {
    /// Of what could not be measured: it takes no other row with it.
    pub fn failed(what: &str, problem: String) -> Self {
        Self {
            what: what.into(),
            found: problem,
            bar: String::new(),
            passed: Some(false),
            field: String::new(),
        }
    }
}

/// Median, least and most.
#[derive(Clone, Copy)]
pub struct Spread {
    pub median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { median: values[values.len() / 2], least: values[0], most: values[values.len() - 1] }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { median, least, most } = self;
        write!(f, "{median:.2} ({least:.2}–{most:.2})")
    }
}

/// The ratio of two servers, round by round: what disturbs a round disturbs both.
fn ratio(samples: &Samples, one: Who, other: Who) -> Spread {
    let pairs = samples[&one].iter().zip(&samples[&other]);
    Spread::of(pairs.map(|(one, other)| one.cpu.as_secs_f64() / other.cpu.as_secs_f64()).collect())
}

pub fn finding(row: &Row, samples: &Samples) -> Finding {
    let base = ratio(samples, Who::Ours, row.bar.base);
    let peers = || samples.keys().copied().filter(|who| who.is_peer());
    let keeps_up = |peer| {
        let ratio = ratio(samples, Who::Ours, peer);
        match row.bar.peers {
            Peers::Most(most) => ratio.median <= most,
            Peers::Spread => ratio.least <= 1.0,
            Peers::Any => true,
        }
    };
    let bar = match row.bar.peers {
        Peers::Most(most) if most < 1.0 => format!("≤ {}, ≤ {most:.2} of peers", row.bar.most),
        Peers::Any => format!("≤ {}", row.bar.most),
        Peers::Most(_) | Peers::Spread => format!("≤ {}, below peers", row.bar.most),
    };
    let field =
        peers().map(|peer| format!("{} {}", peer.name(), ratio(samples, peer, row.bar.base)));
    Finding {
        what: format!("{} / {}", row.name, row.bar.base.name()),
        found: base.to_string(),
        bar,
        passed: Some(base.median <= row.bar.most && peers().all(keeps_up)),
        field: field.collect::<Vec<_>>().join(", "),
    }
}

pub fn print(findings: &[Finding]) {
    println!("\n| what | ours | bar | | peers |\n| --- | --- | --- | --- | --- |");
    for Finding { what, found, bar, passed, field } in findings {
        let verdict = match passed {
            Some(true) => "pass",
            Some(false) => "**fail**",
            None => "",
        };
        println!("| {what} | {found} | {bar} | {verdict} | {field} |");
    }
    let judged = || findings.iter().filter_map(|finding| finding.passed);
    println!("\n{} of {} bars met.", judged().filter(|passed| *passed).count(), judged().count());
}

/// The figures themselves, medians of the rounds.
pub fn print_samples<'a>(rows: impl IntoIterator<Item = (&'a Row, &'a Samples)>) {
    println!(
        "\n| load | server | CPU µs | requests/s | p50 µs | p99 µs | p99.9 µs | peak MiB | others |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (row, samples) in rows {
        for (who, samples) in samples {
            let median = |value: &dyn Fn(&Sample) -> f64| {
                Spread::of(samples.iter().map(value).collect()).median
            };
            let micros = |value: &dyn Fn(&Sample) -> Duration| {
                median(&|sample| value(sample).as_secs_f64() * 1e6)
            };
            println!(
                "| {} | {} | {:.2} | {:.0} | {:.0} | {:.0} | {:.0} | {:.1} | {:.0} % |",
                row.name,
                who.name(),
                micros(&|sample| sample.cpu),
                median(&|sample| sample.per_second),
                micros(&|sample| sample.p50),
                micros(&|sample| sample.p99),
                micros(&|sample| sample.p999),
                median(&|sample| sample.peak as f64 / f64::from(1 << 20)),
                median(&|sample| sample.foreign * 100.0),
            );
        }
    }
}
