//! All servers under the same load, in one run: `cargo run --release --package compare -- --help`.

mod http;
mod instructions;
mod measure;
mod memory;
mod message;
mod report;
mod rows;
mod server;
mod stalls;
mod stdio;
mod weight;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use report::{Finding, Samples};
use serde::Deserialize;
use serde_json::value::RawValue;
use server::Who;

const USAGE: &str = "\
Usage: cargo run --release --package compare -- [OPTIONS]

  --quick       shorter loads, three rounds, and no builds from nothing
  --only NAME   only rows whose name holds NAME (may be given more than once)
  --rounds N    rounds; medians are shown
  --list        name the rows

  --instructions          instead: instructions per request of all servers, counted by valgrind
  --check-instructions    ours, against baseline.txt
  --update-instructions   writes baseline.txt anew
  --valgrind PROGRAM      where valgrind is";

struct Options {
    only: Vec<String>,
    rounds: usize,
    /// How long each load runs, beside its warm-up.
    time: Duration,
    builds: bool,
    list: bool,
    counting: Option<Counting>,
    valgrind: PathBuf,
}

/// What is done with instructions.
#[derive(Clone, Copy, PartialEq)]
enum Counting {
    Compare,
    Check,
    Update,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            only: Vec::new(),
            rounds: 5,
            time: Duration::from_millis(1_000),
            builds: true,
            list: false,
            counting: None,
            valgrind: "valgrind".into(),
        };
        while let Some(argument) = arguments.next() {
            let mut value =
                || arguments.next().ok_or_else(|| format!("`{argument}` needs a value"));
            match argument.as_str() {
                "--quick" => {
                    (options.rounds, options.time, options.builds) =
                        (3, Duration::from_millis(300), false);
                }
                "--only" => options.only.push(value()?),
                "--rounds" => {
                    options.rounds = value()?.parse().map_err(|_| "`--rounds` needs a number")?
                }
                "--instructions" => options.counting = Some(Counting::Compare),
                "--check-instructions" => options.counting = Some(Counting::Check),
                "--update-instructions" => options.counting = Some(Counting::Update),
                "--valgrind" => options.valgrind = value()?.into(),
                "--list" => options.list = true,
                other => return Err(format!("`{other}` is unknown")),
            }
        }
        Ok(Self { rounds: options.rounds.max(1), ..options })
    }

    fn wants(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| name.contains(part))
    }
}

/// Names of what is not a load.
const SYNC: &str = "sync functions";
const BINARIES: &str = "binary size";
const BUILDS: &str = "clean builds";

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if let Some(counting) = options.counting {
        return code(count(counting, &options.valgrind));
    }
    let rows = rows::all();
    if options.list {
        let names = rows.iter().map(|row| row.name.as_str());
        let others = memory::ALL.iter().map(|row| row.name).chain([SYNC, BINARIES, BUILDS]);
        names.chain(others).for_each(|name| println!("{name}"));
        return ExitCode::SUCCESS;
    }
    code(run(&options, &rows))
}

fn code(ended: Result<(), String>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn count(counting: Counting, valgrind: &Path) -> Result<(), String> {
    match counting {
        Counting::Compare => {
            build_all()?;
            keep_lists()?;
            instructions::compare(valgrind)
        }
        Counting::Check | Counting::Update => {
            weight::build(&["ours", "steps"])?;
            instructions::check(valgrind, counting == Counting::Update)
        }
    }
}

fn build_all() -> Result<(), String> {
    weight::build(&["bare", "by-hand", "ours-stdio", "ours", "peer-rmcp", "peer-flymcprust"])
}

fn run(options: &Options, rows: &[rows::Row]) -> Result<(), String> {
    build_all()?;
    server::stay_on(server::LOAD_CORE);
    keep_lists()?;
    let rows: Vec<_> = rows.iter().filter(|row| options.wants(&row.name)).collect();
    let measured = loads(options, &rows);
    let whole = measured.iter().filter_map(|(row, samples)| Some((*row, samples.as_ref().ok()?)));
    report::print_samples(whole);
    let mut findings: Vec<Finding> = measured
        .iter()
        .map(|(row, samples)| match samples {
            Ok(samples) => report::finding(row, samples),
            Err(problem) => Finding::failed(&row.name, problem.clone()),
        })
        .collect();
    for row in memory::ALL.iter().filter(|row| options.wants(row.name)) {
        eprintln!("{}", row.name);
        findings.push(row.finding(options.rounds));
    }
    if options.wants(SYNC) {
        eprintln!("{SYNC}");
        findings.push(stalls::sync_against_async(options.rounds, options.time));
        findings.push(stalls::ping_behind_blocking_calls(options.rounds));
        findings.push(stalls::quick_then_slow());
    }
    server::stay_anywhere();
    if options.wants(BINARIES) {
        eprintln!("{BINARIES}");
        let sizes = weight::of_binaries(options.builds);
        findings.extend(sizes.unwrap_or_else(|problem| vec![Finding::failed(BINARIES, problem)]));
    }
    if options.wants(BUILDS) && options.builds {
        eprintln!("{BUILDS}");
        let built = weight::of_builds();
        findings.push(built.unwrap_or_else(|problem| Finding::failed(BUILDS, problem)));
    }
    report::print(&findings);
    Ok(())
}

/// A round is every row, and in it every server; each second round turns the order round. A row that cannot be measured
/// is left out from then on.
fn loads<'a>(
    options: &Options,
    rows: &[&'a rows::Row],
) -> Vec<(&'a rows::Row, Result<Samples, String>)> {
    let mut measured: Vec<_> = rows.iter().map(|row| (*row, Ok(Samples::new()))).collect();
    for round in 0..options.rounds {
        for (row, outcome) in &mut measured {
            let Ok(samples) = outcome else { continue };
            eprintln!("round {} of {}: {}", round + 1, options.rounds, row.name);
            if let Err(problem) = measure(row, round, options.time, samples) {
                eprintln!("error: {problem}");
                *outcome = Err(problem);
            }
        }
    }
    measured
}

fn measure(
    row: &rows::Row,
    round: usize,
    time: Duration,
    samples: &mut Samples,
) -> Result<(), String> {
    let mut field = row.field();
    if round % 2 == 1 {
        field.reverse();
    }
    for who in field {
        let sample = row.load.on(who, time);
        let sample = sample.map_err(|problem| format!("{}: {problem}", who.name()))?;
        samples.entry(who).or_default().push(sample);
    }
    Ok(())
}

/// Asks our server for its lists, so that the bare ones send the same bytes.
fn keep_lists() -> Result<(), String> {
    #[derive(Deserialize)]
    struct Reply<'a> {
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let folder = server::lists();
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for (era, name) in
        [(message::Era::Modern, "modern.json"), (message::Era::Session, "session.json")]
    {
        let mut line = stdio::Line::open(Who::Ours, era);
        let mut request = Vec::new();
        message::Requests::new(message::Work::List, era).write(&mut request);
        line.send(&String::from_utf8_lossy(&request));
        let reply = line.receive();
        let reply: Reply =
            serde_json::from_str(&reply).map_err(|error| format!("{error}: {reply}"))?;
        std::fs::write(folder.join(name), reply.result.get()).map_err(|error| error.to_string())?;
    }
    Ok(())
}
