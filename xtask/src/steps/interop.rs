//! Clients nobody here wrote. The runner in `tests/interop` makes the environments they need under `target/`.

use crate::script;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    workspace.cargo("build --workspace --bins --examples").run()?;
    script::run(workspace, "tests/interop/run.py")
}
