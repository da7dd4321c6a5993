//! libFuzzer on each target of `tests/fuzz/targets.rs`: it looks for inputs that nobody has thought of. Where it cannot
//! run, `it::fuzz` replays the corpus, as it does in the step `test`.
//!
//! A run takes the same way each time, as far as it comes: it begins with the corpus alone, by a fixed seed. To look for
//! longer: `MCP_FUZZ_SECONDS=600 cargo xtask test --only fuzz`, which takes another seed each time, or the one of
//! `MCP_FUZZ_SEED`, and goes on where the last such run stopped.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

/// How long each target runs.
const SECONDS: u32 = 30;
const SEED: &str = "1";

/// What `cargo fuzz` sets, without the sanitiser: there is no unsafe code of ours to look into.
const COUNTERS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions";

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let host = match host(workspace) {
        Ok(host) => host,
        Err(why) => {
            workspace.cargo("test -p mcp-runtime-tests --test it -- fuzz::").run()?;
            return Ok(Outcome::NotRun(format!("the corpus was replayed and no more: {why}")));
        }
    };
    build(workspace, &host, "--bin fuzz").run()?;
    let program = folder(workspace).join(&host).join("release/fuzz");
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (seconds, seed) = (variable("MCP_FUZZ_SECONDS"), variable("MCP_FUZZ_SEED"));
    let is_long = seconds.is_some();
    let mut bounds = vec![format!("-max_total_time={}", seconds.unwrap_or(SECONDS.to_string()))];
    if let Some(seed) = seed.or((!is_long).then(|| SEED.to_owned())) {
        bounds.push(format!("-seed={seed}"));
    }
    let names = corpora(workspace)?;
    for name in &names {
        let found = folder(workspace).join(if is_long { "found" } else { "run" }).join(name);
        if !is_long {
            let _ = fs::remove_dir_all(&found); // there is none the first time
        }
        fs::create_dir_all(&found).map_err(|error| Failure::new(error.to_string()))?;
        fuzz(workspace, &program, name, &found).args(bounds.clone()).run()?;
    }
    let each = bounds.join(" ");
    Ok(Outcome::Passed(format!("{} targets with {each}", names.len())))
}

/// libFuzzer on one target; what is new to it goes into `found`.
fn fuzz(workspace: &Workspace, program: &Path, name: &str, found: &Path) -> Command {
    Command::new(program, &workspace.root)
        .args([found.to_string_lossy().into_owned(), format!("tests/fuzz/corpus/{name}")])
        .args([format!("-artifact_prefix={}/", folder(workspace).display())])
        .args(
            "-max_len=4096 -timeout=25 -verbosity=0 -print_funcs=0 -print_final_stats=1".split(' '),
        )
        .env("MCP_FUZZ", name)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target.join("fuzz")
}

fn nightly(workspace: &Workspace, line: &str) -> Command {
    Command::new("rustup", workspace.root.join("fuzz"))
        .args("run nightly".split(' ').chain(line.split(' ')))
}

fn build(workspace: &Workspace, host: &str, what: &str) -> Command {
    // With a target, the flags are for what is fuzzed and not for build scripts.
    nightly(workspace, &format!("cargo build --quiet --release {what} --target {host}"))
        .env("RUSTFLAGS", COUNTERS)
        .env("CARGO_TARGET_DIR", folder(workspace).to_string_lossy())
}

/// What nightly builds for; or why nothing can be fuzzed, which is no fault of ours.
fn host(workspace: &Workspace) -> Result<String, String> {
    let version = nightly(workspace, "rustc -vV").quiet();
    let version = version.map_err(|_| "there is no nightly: rustup toolchain install nightly")?;
    let said = |key| version.iter().find_map(|line| line.strip_prefix(key));
    let (Some(release), Some(host)) = (said("release: "), said("host: ")) else {
        return Err("the nightly does not say what it is".into());
    };
    let needed = env!("CARGO_PKG_RUST_VERSION");
    if minor(release) < minor(needed) {
        return Err(format!(
            "the nightly is {release} and {needed} is needed: rustup update nightly"
        ));
    }
    if !Command::new("c++", &workspace.root).args(["--version"]).works() {
        return Err("there is no C++ compiler for libFuzzer".into());
    }
    if !nightly(workspace, &format!("cargo fetch --quiet --target {host}")).works() {
        return Err("the registry cannot be reached".into());
    }
    // What is not ours of it: flags that this nightly takes, and libFuzzer itself.
    if !build(workspace, host, "--package libfuzzer-sys").works() {
        return Err(format!("libFuzzer does not build with {release}"));
    }
    Ok(host.to_owned())
}

/// The 97 of `1.97.0-nightly`.
fn minor(release: &str) -> Option<u32> {
    release.split('.').nth(1)?.parse().ok()
}

/// One for each target.
fn corpora(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let folder = workspace.root.join("tests/fuzz/corpus");
    let entries = fs::read_dir(&folder)
        .map_err(|error| Failure::new(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}
