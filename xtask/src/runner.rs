//! Runs steps in order, times each, and says at the end what was and was not checked.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::step::{Failure, Outcome, Step};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace, steps: &[Step]) -> ExitCode {
    let mut rows = Vec::new();
    for step in steps {
        println!("\n━━ {}: {}", step.name, step.about);
        let start = Instant::now();
        let result = (step.run)(workspace);
        let row = Row { name: step.name, result, time: start.elapsed() };
        println!("━━ {}", row.line());
        let failed = row.result.is_err();
        rows.push(row);
        if failed {
            break;
        }
    }
    println!("\n{}", summary(&rows, steps));
    match rows.last().map(|row| (row.name, &row.result)) {
        Some((name, Err(failure))) => {
            println!("{}", how_to_repeat(name, failure));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

struct Row {
    name: &'static str,
    result: Result<Outcome, Failure>,
    time: Duration,
}

impl Row {
    fn line(&self) -> String {
        let (state, note) = match &self.result {
            Ok(Outcome::Passed(note)) => ("passed", note.as_str()),
            Ok(Outcome::NotRun(reason)) => ("not run", reason.as_str()),
            Err(failure) => ("FAILED", failure.what.as_str()),
        };
        let line = format!("{:11} {state:8} {:>7.1} s  {note}", self.name, self.time.as_secs_f64());
        line.trim_end().to_string()
    }
}

fn summary(rows: &[Row], steps: &[Step]) -> String {
    let mut lines: Vec<String> = rows.iter().map(Row::line).collect();
    lines.extend(steps[rows.len()..].iter().map(|step| format!("{:11} not reached", step.name)));
    let count = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let total: Duration = rows.iter().map(|row| row.time).sum();
    lines.push(format!(
        "{} passed, {} failed, {} not run, {} not reached in {:.1} s",
        count(|row| matches!(row.result, Ok(Outcome::Passed(_)))),
        count(|row| row.result.is_err()),
        count(|row| matches!(row.result, Ok(Outcome::NotRun(_)))),
        steps.len() - rows.len(),
        total.as_secs_f64(),
    ));
    lines.join("\n")
}

fn how_to_repeat(name: &str, failure: &Failure) -> String {
    let step = format!("cargo xtask test --only {name}");
    match &failure.repeat {
        Some(command) => format!("\nrepeat the command: {command}\nrepeat the step:    {step}"),
        None => format!("\nrepeat the step:    {step}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step;

    #[test]
    fn what_did_not_run_is_not_counted_as_passed() {
        let row = |name, result| Row { name, result, time: Duration::from_millis(1250) };
        let rows = [
            row("fmt", Ok(Outcome::Passed(String::new()))),
            row("deny", Ok(Outcome::NotRun("no cargo-deny".into()))),
            row("doc", Err(Failure::new("broken link"))),
        ];
        let steps = ["fmt", "deny", "doc", "test"].map(|name| step::named(name).expect("a step"));
        let text = summary(&rows, &steps);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "fmt         passed       1.2 s");
        assert_eq!(lines[1], "deny        not run      1.2 s  no cargo-deny");
        assert_eq!(lines[2], "doc         FAILED       1.2 s  broken link");
        assert_eq!(lines[3], "test        not reached");
        assert_eq!(lines[4], "1 passed, 1 failed, 1 not run, 1 not reached in 3.8 s");
    }

    #[test]
    fn a_failure_says_how_to_see_it_again() {
        let failure = Failure { what: "exit status 1".into(), repeat: Some("cargo fmt".into()) };
        let text = how_to_repeat("fmt", &failure);
        assert!(text.contains("cargo fmt\n"), "{text}");
        assert!(text.ends_with("cargo xtask test --only fmt"), "{text}");
    }
}
