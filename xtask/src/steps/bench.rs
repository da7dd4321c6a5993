//! How many instructions a request takes, against the baseline in `benches/`: more is a regression, whatever else the
//! machine does meanwhile.

use crate::command::Command;
use crate::debian;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let valgrind = match debian::find(workspace, "usr/bin/valgrind", "--version") {
        Ok(valgrind) => valgrind,
        Err(why) => return Ok(Outcome::NotRun(format!("no valgrind: {why}"))),
    };
    let cargo = |line| Command::cargo(workspace.root.join("benches"), line);
    cargo("fmt --all --check").run()?;
    cargo("test --release --quiet --package compare").run()?;
    let count = "run --release --quiet --package compare -- --check-instructions --valgrind";
    cargo(count).args([valgrind.to_string_lossy()]).run()?;
    Ok(Outcome::Passed(String::new()))
}
