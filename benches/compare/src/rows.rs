//! The loads that are compared, and how well we want to stand.

use crate::measure::{Load, Way};
use crate::message::{Era, Work};
use crate::server::Who;

pub struct Row {
    pub name: String,
    pub load: Load,
    pub bar: Bar,
}

/// What the CPU time of the server per request may be.
#[derive(Clone, Copy)]
pub struct Bar {
    /// The limit we are compared with, and how many times what it takes we may.
    pub base: Who,
    pub most: f64,
    pub peers: Peers,
}

/// What it may be in comparison with each peer.
#[derive(Clone, Copy, PartialEq)]
pub enum Peers {
    /// So many times what the peer takes.
    Most(f64),
    /// Less, or a difference that is within the spread of the run.
    Spread,
    /// Shown only.
    Any,
}

impl Row {
    /// Who takes part.
    pub fn field(&self) -> Vec<Who> {
        let takes_part = |who: &Who| match self.load.way {
            Way::Http(_) => who.serves_http() && who.takes_load(),
            Way::Stdio(_) => who.takes_load(),
        };
        Who::ALL.into_iter().filter(takes_part).collect()
    }
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

pub fn all() -> Vec<Row> {
    let mut rows = Vec::new();
    for era in [Era::Modern, Era::Session] {
        let mut row = |name: &str, way: Way, work, base, most, peers| {
            let (over, era_name) = (
                if matches!(way, Way::Http(_)) { "http" } else { "stdio" },
                if era == Era::Modern { "2026" } else { "sessions" },
            );
            let bar = Bar { base, most, peers };
            rows.push(Row {
                name: format!("{over} {name}, {era_name}"),
                load: Load { way, era, work },
                bar,
            });
        };
        let (bare, below) = (Who::Bare, Peers::Most(1.0));
        let add = Work::Add("add");
        row("add c16", Way::Http(16), add, bare, 1.35, below);
        row("add c64", Way::Http(64), add, bare, 1.35, below);
        row("add c1", Way::Http(1), add, bare, 1.2, Peers::Any);
        for (name, length) in [("10 KiB", 10 * KIB), ("64 KiB", 64 * KIB), ("1 MiB", MIB)] {
            let connections = if length == MIB { 4 } else { 16 };
            let way = Way::Http(connections);
            row(&format!("echo {name}"), way, Work::Echo(length), bare, 1.15, Peers::Spread);
            row(
                &format!("echo {name} escapes"),
                way,
                Work::EchoEscaped(length),
                bare,
                1.35,
                Peers::Spread,
            );
        }
        row("tools/list of 108", Way::Http(16), Work::List, bare, 1.15, Peers::Any);
        row("add w32", Way::Stdio(32), add, bare, 4.0, Peers::Most(1.0 / 3.0));
        row("add w1", Way::Stdio(1), add, Who::BareTokio, 1.25, below);
        row("echo 10 KiB w32", Way::Stdio(32), Work::Echo(10 * KIB), bare, 1.2, Peers::Any);
        row("echo 1 MiB w1", Way::Stdio(1), Work::Echo(MIB), bare, 1.2, Peers::Any);
    }
    rows
}
