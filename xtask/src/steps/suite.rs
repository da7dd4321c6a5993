//! `cargo test` over every package.

use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    // The variable silences the line in which a bare `cargo test` says what it leaves out.
    let command = workspace.cargo("test --workspace").env("MCP_XTASK", "1");
    let counts = Counts::read(&command.run_and_read()?);
    if counts.passed == 0 {
        return Err(command.failed("no test ran"));
    }
    Ok(Outcome::Passed(format!("{} passed, {} ignored", counts.passed, counts.ignored)))
}

#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: usize,
    ignored: usize,
}

impl Counts {
    /// Adds up the lines that end each test binary: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn read(lines: &[String]) -> Self {
        let mut counts = Self::default();
        for part in lines
            .iter()
            .filter_map(|line| line.strip_prefix("test result: ok. "))
            .flat_map(|l| l.split("; "))
        {
            match part.split_once(' ') {
                Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
                Some((number, "ignored")) => counts.ignored += number.parse().unwrap_or(0),
                _ => {}
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_up_all_binaries() {
        let lines = [
            "running 4 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
        ];
        assert_eq!(Counts::read(&lines.map(String::from)), Counts { passed: 15, ignored: 1 });
    }
}
