//! The official conformance suite drives an example. The runner in `tests/conformance` installs it under `target/`.

use crate::command::Command;
use crate::script;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    if !Command::new("npm", &workspace.root).args(["--version"]).works() {
        return Err(Failure::new("npm is missing: install Node, which brings it"));
    }
    workspace.cargo("build -p examples --example conformance").run()?;
    script::run(workspace, "tests/conformance/run.py")
}
