//! Bad peers: one by one against everything they try, and all at once for a while.

use crate::script;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    built(workspace)?;
    script::run(workspace, "tests/fault/run.py")
}

pub(crate) fn soak(workspace: &Workspace) -> Result<Outcome, Failure> {
    built(workspace)?;
    script::run(workspace, "tests/fault/soak.py")
}

/// The release build: what users run, and the only one whose speed and memory mean anything.
fn built(workspace: &Workspace) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new("what a process holds is read from /proc: run this on Linux"));
    }
    workspace
        .cargo("build --release -p mcp-runtime-tests --bin fixture --bin limited-fixture")
        .run()
}
