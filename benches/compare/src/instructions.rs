//! Instructions per request and per step of one, counted by valgrind: they do not move with the machine's load.
//!
//! A server runs under callgrind, and a client asks it one thing at a time. What more requests cost more, divided by
//! how many more they were, is what one costs: start and end of the process are in both. Steps are repeated by a
//! program of their own.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::http::Connection;
use crate::message::{Era, Requests, Work};
use crate::server::{Counted, Process, Who, built, workspace};
use crate::stdio::Line;

/// What is asked; the name stands in the baseline. `add` is too slow under callgrind to be taken for a quick function,
/// so we ask for one that says it is; the others have only `add`.
const ASKED: &[(&str, bool, Era, Work)] = &[
    ("stdio add, sessions", false, Era::Session, INLINE),
    ("stdio add, 2026", false, Era::Modern, INLINE),
    ("stdio add_async, 2026", false, Era::Modern, Work::Add("add_async")),
    ("stdio echo 10 KiB, 2026", false, Era::Modern, ECHO),
    ("stdio tools/list, 2026", false, Era::Modern, Work::List),
    ("stdio ping, sessions", false, Era::Session, Work::Ping),
    ("http add, sessions", true, Era::Session, INLINE),
    ("http add, 2026", true, Era::Modern, INLINE),
    ("http echo 10 KiB, 2026", true, Era::Modern, ECHO),
    ("http tools/list, 2026", true, Era::Modern, Work::List),
];

const INLINE: Work = Work::Add("add_inline");
const ECHO: Work = Work::EchoInline(10 << 10);

/// Fewer and more requests. The first are those after which nothing is cold any more.
const FEWER: u64 = 50;
const MORE: u64 = 550;

/// How many per cent more a request may take than in the baseline; or less, because a baseline that is above what things
/// take lets them grow back to it unseen.
const TOLERANCE: f64 = 3.0;

/// Compares our server with its baseline; with `update`, writes that anew.
pub fn check(valgrind: &Path, update: bool) -> Result<(), String> {
    let key = key()?;
    let path = workspace().join("baseline.txt");
    let asked = ASKED.iter().map(|asked| Ok((asked.0.into(), count(valgrind, Who::Ours, asked)?)));
    let steps = steps()?.into_iter().map(|step| {
        let counted = count_step(valgrind, &step)?;
        Ok((step, counted))
    });
    let counted: Vec<(String, f64)> = asked.chain(steps).collect::<Result<_, String>>()?;
    if update {
        let mut text = format!(
            "# Instructions per request: cargo run --release --package compare -- --update-instructions\n{key}\n"
        );
        for (name, instructions) in &counted {
            let _ = writeln!(text, "{instructions:.0} {name}"); // a string takes everything
        }
        return std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()));
    }
    let text =
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let baseline = Baseline::parse(&text)?;
    let mut moved = 0;
    for (name, instructions) in &counted {
        let before =
            baseline.counts.get(&**name).ok_or_else(|| format!("the baseline lacks `{name}`"))?;
        let per_cent = (instructions / before - 1.0) * 100.0;
        let verdict = match per_cent {
            more if more > TOLERANCE => "  too many",
            less if less < -TOLERANCE => "  fewer: keep it",
            _ => "",
        };
        moved += usize::from(!verdict.is_empty());
        println!("{name:26} {instructions:9.0}  {per_cent:+6.2} %{verdict}");
    }
    if baseline.key != key {
        return Err(format!(
            "the baseline is of `{}`, and this is `{key}`: if the figures are right, write it anew with `cargo run \
             --release --package compare -- --update-instructions` in benches/",
            baseline.key
        ));
    }
    match moved {
        0 => Ok(()),
        moved => Err(format!(
            "{moved} of {} take over {TOLERANCE} % more or less instructions than in benches/baseline.txt; if that is as \
             it should be, `cargo run --release --package compare -- --update-instructions` and say why in the commit",
            counted.len()
        )),
    }
}

/// All servers, side by side.
pub fn compare(valgrind: &Path) -> Result<(), String> {
    println!(
        "| instructions | bare | ours | ours / bare | rmcp | flymcprust |\n| --- | --- | --- | --- | --- | --- |"
    );
    for asked in ASKED {
        let base = if asked.1 { Who::Bare } else { Who::BareTokio };
        let of = |who| count(valgrind, who, asked);
        let (bare, ours) = (of(base)?, of(Who::Ours)?);
        let (rmcp, flymcprust) = (of(Who::Rmcp)?, of(Who::Flymcprust)?);
        println!(
            "| {} | {bare:.0} | {ours:.0} | {:.2} | {rmcp:.0} | {flymcprust:.0} |",
            asked.0,
            ours / bare
        );
    }
    Ok(())
}

fn count(
    valgrind: &Path,
    who: Who,
    &(name, over_http, era, work): &(&str, bool, Era, Work),
) -> Result<f64, String> {
    let work = match work {
        Work::Add(_) if who != Who::Ours => Work::Add("add"),
        Work::EchoInline(length) if who != Who::Ours => Work::Echo(length),
        work => work,
    };
    let run = |requests: u64, counted: &Counted| match over_http {
        true => over_connection(who, era, work, requests, counted),
        false => over_pipes(who, era, work, requests, counted),
    };
    each(valgrind, run).map_err(|problem| format!("{name}, {}: {problem}", who.name()))
}

/// The steps of a request, as the program that repeats them names them.
fn steps() -> Result<Vec<String>, String> {
    let told = Command::new(built("steps")).output().map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&told.stdout).lines().map(str::to_owned).collect())
}

fn count_step(valgrind: &Path, step: &str) -> Result<f64, String> {
    let run = |times: u64, counted: &Counted| {
        let mut command = counted.command(&built("steps"));
        let ended = command.args([step, &times.to_string()]).output();
        match ended.map_err(|error| error.to_string())? {
            ended if ended.status.success() => Ok(()),
            ended => Err(String::from_utf8_lossy(&ended.stderr).into_owned()),
        }
    };
    each(valgrind, run).map_err(|problem| format!("{step}: {problem}"))
}

/// What doing a thing once more takes.
fn each(valgrind: &Path, run: impl Fn(u64, &Counted) -> Result<(), String>) -> Result<f64, String> {
    let counted = Counted { valgrind: valgrind.into(), out: built("bench-callgrind") };
    let taken = |times| run(times, &counted).and_then(|()| total(&counted.out));
    Ok((taken(FEWER + MORE)? - taken(FEWER)?) as f64 / MORE as f64)
}

fn over_pipes(
    who: Who,
    era: Era,
    work: Work,
    requests: u64,
    counted: &Counted,
) -> Result<(), String> {
    let mut line = Line::counted(who, era, counted);
    let mut asked = Requests::new(work, era);
    for _ in 0..requests {
        let mut request = Vec::new();
        asked.write(&mut request);
        line.send(&String::from_utf8_lossy(&request));
        asked.check(line.receive().trim_end().as_bytes())?;
    }
    line.process.finish();
    Ok(())
}

fn over_connection(
    who: Who,
    era: Era,
    work: Work,
    requests: u64,
    counted: &Counted,
) -> Result<(), String> {
    let (process, address) = Process::http_counted(who, era, counted);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let mut asked = Requests::new(work, era);
    runtime.expect("a runtime").block_on(async {
        let mut connection = Connection::ready(address, era).await?;
        for _ in 0..requests {
            connection.exchange(&mut asked).await?;
        }
        Ok::<_, String>(())
    })?;
    process.finish();
    Ok(())
}

/// What callgrind has counted in a whole run.
fn total(out: &Path) -> Result<u64, String> {
    let text =
        std::fs::read_to_string(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let total = text.lines().filter_map(|line| line.strip_prefix("totals:")).next_back();
    total
        .and_then(|total| total.trim().parse().ok())
        .ok_or_else(|| "callgrind says no total".into())
}

/// What a count depends on beside our sources.
fn key() -> Result<String, String> {
    let rustc =
        Command::new("rustc").arg("--version").output().map_err(|error| error.to_string())?;
    let lock: PathBuf = workspace().join("Cargo.lock");
    let lock = std::fs::read(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    Ok(format!(
        "{}, lock file {:016x}",
        String::from_utf8_lossy(&rustc.stdout).trim(),
        hasher.finish()
    ))
}

struct Baseline<'a> {
    key: &'a str,
    counts: BTreeMap<&'a str, f64>,
}

impl<'a> Baseline<'a> {
    fn parse(text: &'a str) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let key = lines.next().unwrap_or_default();
        let count = |line: &'a str| {
            let (count, name) = line.split_once(' ')?;
            Some((name, count.parse().ok()?))
        };
        let counts = lines
            .map(|line| count(line).ok_or_else(|| format!("the baseline has a line `{line}`")));
        Ok(Self { key, counts: counts.collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_read() {
        let baseline =
            Baseline::parse("# made by\nrustc 1, lock file 2\n100 stdio add, 2026\n").unwrap();
        assert_eq!(baseline.key, "rustc 1, lock file 2");
        assert_eq!(baseline.counts["stdio add, 2026"], 100.0);
        assert!(Baseline::parse("key\nmany stdio add").is_err());
    }
}
