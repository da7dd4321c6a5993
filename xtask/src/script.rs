//! Tests that are Python scripts. Each ends with a line `N passed, N failed`; more may follow on it.

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, script: &str) -> Result<Outcome, Failure> {
    if !workspace.root.join(script).is_file() {
        return Err(Failure::new(format!("{script} is missing")));
    }
    if !Command::new("python3", &workspace.root).args(["--version"]).works() {
        return Err(Failure::new(
            "python3 is missing: install Python 3.11 or newer with its venv module",
        ));
    }
    let target = workspace.target.to_string_lossy();
    let command = Command::new("python3", &workspace.root).args([script, "--target-dir", &target]);
    let counts = Counts::read(&command.run_and_read()?)
        .ok_or_else(|| command.failed("it ended without its line `N passed, N failed`"))?;
    match counts {
        Counts { passed: 0, .. } => Err(command.failed("no test ran")),
        Counts { failed: 0, line, .. } => Ok(Outcome::Passed(line)),
        Counts { failed, .. } => Err(command.failed(format!("{failed} failed"))),
    }
}

#[derive(Debug, PartialEq)]
struct Counts {
    passed: usize,
    failed: usize,
    line: String,
}

impl Counts {
    /// Of the last line that has them.
    fn read(lines: &[String]) -> Option<Self> {
        lines.iter().rev().find_map(|line| {
            let line = line.trim();
            let (passed, rest) = line.split_once(" passed, ")?;
            let (failed, _) = rest.split_once(" failed")?;
            Some(Self {
                passed: passed.parse().ok()?,
                failed: failed.parse().ok()?,
                line: line.into(),
            })
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
        let counts = |passed, failed, line: &str| Counts { passed, failed, line: line.into() };
        assert_eq!(
            read(&["1 passed, 0 failed", "30 passed, 2 failed", ""]),
            Some(counts(30, 2, "30 passed, 2 failed"))
        );
        assert_eq!(
            read(&["30 passed, 0 failed, 7 expected to fail"]),
            Some(counts(30, 0, "30 passed, 0 failed, 7 expected to fail"))
        );
        assert_eq!(read(&["all is well"]), None);
    }
}
