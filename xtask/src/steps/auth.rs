//! Somebody else's client gets past our door with somebody else's tokens. The runner in `tests/auth` installs both under
//! `target/`.

use crate::command::Command;
use crate::script;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

const RUNNER: &str = "tests/auth/run.py";

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let target = workspace.target.to_string_lossy();
    let install = [RUNNER, "--target-dir", &target, "--install"];
    if !Command::new("python3", &workspace.root).args(install).works() {
        let what = "the authorisation server cannot be installed: is npm there, and its registry?";
        return Ok(Outcome::NotRun(what.into()));
    }
    workspace.cargo("build -p mcp-runtime-tests --bin guarded").run()?;
    script::run(workspace, RUNNER)
}
