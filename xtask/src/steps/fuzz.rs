//! libFuzzer on each target of `tests/fuzz/targets.rs`, half a minute each: it looks for inputs that nobody has
//! thought of. Where it cannot run, `it::fuzz` replays the corpus, as it does in the step `test`.

use std::fs;

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

const SECONDS: u32 = 30;

/// What `cargo fuzz` sets, without the sanitiser: there is no unsafe code of ours to look into.
const COUNTERS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions";

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let root = &workspace.root;
    let host = match host(workspace) {
        Ok(host) => host,
        Err(why) => {
            workspace.cargo("test -p mcp-runtime-tests --test it -- fuzz::").run()?;
            return Ok(Outcome::NotRun(format!("the corpus was replayed and no more: {why}")));
        }
    };
    let target = workspace.target.join("fuzz");
    // With a target, the flags are for what is fuzzed and not for build scripts.
    let built = Command::new("rustup", root.join("fuzz"))
        .args("run nightly cargo build --quiet --locked --release --target".split(' '))
        .args([host.as_str()])
        .env("RUSTFLAGS", COUNTERS)
        .env("CARGO_TARGET_DIR", target.to_string_lossy());
    built.run()?;
    let program = target.join(&host).join("release/fuzz");
    let names = corpora(workspace)?;
    for name in &names {
        let found = target.join("found").join(name);
        fs::create_dir_all(&found).map_err(|error| Failure::new(error.to_string()))?;
        let seeds = format!("tests/fuzz/corpus/{name}");
        Command::new(&program, root)
            .args([found.to_string_lossy().into_owned(), seeds])
            .args([
                format!("-max_total_time={SECONDS}"),
                format!("-artifact_prefix={}/", target.display()),
            ])
            .args(
                "-max_len=4096 -timeout=25 -verbosity=0 -print_funcs=0 -print_final_stats=1"
                    .split(' '),
            )
            .env("MCP_FUZZ", name)
            .run()?;
    }
    Ok(Outcome::Passed(format!("{} targets, {SECONDS} s each", names.len())))
}

/// What nightly builds for; or why nothing can be fuzzed.
fn host(workspace: &Workspace) -> Result<String, &'static str> {
    let root = &workspace.root;
    let nightly = Command::new("rustup", root).args("run nightly rustc -vV".split(' '));
    let version =
        nightly.quiet().map_err(|_| "there is no nightly: rustup toolchain install nightly")?;
    if !Command::new("c++", root).args(["--version"]).works() {
        return Err("there is no C++ compiler for libFuzzer");
    }
    let host = version.iter().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or("the nightly does not say what it builds for")
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
