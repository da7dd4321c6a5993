//! Clients nobody here wrote. The runner in `tests/interop` makes the environments they need under `target/`.

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

const RUNNER: &str = "tests/interop/run.py";

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    if !workspace.root.join(RUNNER).is_file() {
        return Err(Failure::new(format!("{RUNNER} is missing")));
    }
    let python = Command::new("python3", &workspace.root);
    if !python.args(["--version"]).works() {
        return Err(Failure::new(
            "python3 is missing: install Python 3.10 or newer with its venv module",
        ));
    }
    workspace.cargo("build --workspace --bins --examples").run()?;
    let target = workspace.target.to_string_lossy();
    let command = Command::new("python3", &workspace.root).args([RUNNER, "--target-dir", &target]);
    let counts = Counts::read(&command.run_and_read()?)
        .ok_or_else(|| command.failed("it ended without its line `N passed, N failed`"))?;
    match counts {
        Counts { passed: 0, .. } => Err(command.failed("no interop test ran")),
        Counts { failed: 0, passed } => Ok(Outcome::Passed(format!("{passed} passed"))),
        Counts { failed, .. } => Err(command.failed(format!("{failed} failed"))),
    }
}

#[derive(Debug, PartialEq)]
struct Counts {
    passed: usize,
    failed: usize,
}

impl Counts {
    /// The last line `N passed, N failed`; more may follow on it.
    fn read(lines: &[String]) -> Option<Self> {
        lines.iter().rev().find_map(|line| {
            let (passed, rest) = line.trim().split_once(" passed, ")?;
            let (failed, _) = rest.split_once(" failed")?;
            Some(Self { passed: passed.parse().ok()?, failed: failed.parse().ok()? })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_count_is_read() {
        let read = |lines: &[&str]| {
            Counts::read(&lines.iter().map(|line| String::from(*line)).collect::<Vec<_>>())
        };
        assert_eq!(
            read(&["1 passed, 0 failed", "30 passed, 2 failed", ""]),
            Some(Counts { passed: 30, failed: 2 })
        );
        assert_eq!(read(&["30 passed, 0 failed in 12 s"]), Some(Counts { passed: 30, failed: 0 }));
        assert_eq!(read(&["all is well"]), None);
    }
}
