//! The project's own commands: `cargo xtask test` checks everything, `cargo xtask deny` the dependencies.
//!
//! Standard library only: this is the first thing a clean clone builds.
#![allow(clippy::print_stdout, reason = "a command-line tool; no protocol on its stdout")]

mod command;
mod debian;
mod runner;
mod script;
mod step;
mod steps;
mod workspace;

use std::process::ExitCode;

use step::Step;
use workspace::Workspace;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

Commands:
  test                 run every step in order, stop at the first failure
  test --only STEP     run this step (may be given more than once)
  test --list          name the steps
  deny                 licences, duplicates, sources and advisories of the dependencies
  deny --install       the same, after installing cargo-deny under the target folder";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let steps = match chosen_steps(&arguments) {
        Ok(Choice::Run(steps)) => steps,
        Ok(Choice::Print(text)) => {
            println!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(failure) => {
            eprintln!("error: {failure}");
            return ExitCode::FAILURE;
        }
    };
    runner::run(&workspace, &steps)
}

enum Choice {
    Run(Vec<Step>),
    Print(String),
}

fn chosen_steps(arguments: &[String]) -> Result<Choice, String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err("a command is missing".into());
    };
    match command.as_str() {
        "test" => test_steps(rest),
        "deny" => deny_steps(rest),
        "help" | "-h" | "--help" => Ok(Choice::Print(USAGE.into())),
        other => Err(format!("no command `{other}`")),
    }
}

fn deny_steps(arguments: &[String]) -> Result<Choice, String> {
    let deny = step::named("deny")?;
    match arguments {
        [] => Ok(Choice::Run(vec![deny])),
        [flag] if flag == "--install" => Ok(Choice::Run(vec![step::install_deny(), deny])),
        other => Err(format!("`deny` does not know `{}`", other.join(" "))),
    }
}

fn test_steps(arguments: &[String]) -> Result<Choice, String> {
    let mut only = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--list" => return Ok(Choice::Print(step::list())),
            "--only" => {
                let name = rest
                    .next()
                    .ok_or("`--only` needs the name of a step: see `cargo xtask test --list`")?;
                only.push(step::named(name)?);
            }
            "-h" | "--help" => return Ok(Choice::Print(USAGE.into())),
            other => return Err(format!("`test` does not know `{other}`")),
        }
    }
    Ok(Choice::Run(if only.is_empty() { step::all() } else { only }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(line: &str) -> Result<Choice, String> {
        let arguments: Vec<String> = line.split_whitespace().map(String::from).collect();
        chosen_steps(&arguments)
    }

    fn names(choice: Result<Choice, String>) -> Vec<&'static str> {
        match choice {
            Ok(Choice::Run(steps)) => steps.iter().map(|step| step.name).collect(),
            Ok(Choice::Print(text)) => panic!("printed {text}"),
            Err(problem) => panic!("{problem}"),
        }
    }

    #[test]
    fn test_runs_every_step_unless_told() {
        assert_eq!(names(choose("test")).len(), step::all().len());
        assert_eq!(names(choose("test --only doc --only fmt")), ["doc", "fmt"]);
        assert_eq!(names(choose("deny")), ["deny"]);
        assert_eq!(names(choose("deny --install")), ["install", "deny"]);
    }

    #[test]
    fn wrong_lines_say_what_is_wrong() {
        for (line, says) in [
            ("", "missing"),
            ("tset", "`tset`"),
            ("test --only", "--list"),
            ("test --only dco", "`doc`"),
            ("test --fast", "`--fast`"),
            ("deny all", "`all`"),
        ] {
            let problem = choose(line).err().unwrap_or_default();
            assert!(problem.contains(says), "`{line}` says `{problem}`");
        }
    }
}
