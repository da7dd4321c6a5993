//! What a step is, and the list of them in the order they run: cheap and telling first.

use std::fmt;

use crate::steps;
use crate::workspace::Workspace;

/// One thing that has to hold.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// What `--only` takes.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&Workspace) -> Result<Outcome, Failure>,
}

/// How a step ended, unless it failed.
pub(crate) enum Outcome {
    /// With what there is to say about it; may be empty.
    Passed(String),
    /// With the reason. Never counted as passed.
    NotRun(String),
}

/// Why a step failed and the shell line that shows it again.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) repeat: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), repeat: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

pub(crate) fn all() -> Vec<Step> {
    vec![
        Step { name: "fmt", about: "rustfmt has nothing to change", run: steps::lint::fmt },
        Step { name: "clippy", about: "no warning in any target", run: steps::lint::clippy },
        Step {
            name: "features",
            about: "each feature set compiles alone, without warnings",
            run: steps::features::run,
        },
        Step {
            name: "doc",
            about: "the documentation builds without warnings",
            run: steps::lint::doc,
        },
        Step {
            name: "test",
            about: "unit, it, ui and doc tests of every package",
            run: steps::suite::run,
        },
        Step { name: "crates", about: "how many crates a user compiles", run: steps::crates::run },
        Step {
            name: "fresh",
            about: "a new project with one dependency builds and answers",
            run: steps::fresh::run,
        },
        Step {
            name: "conformance",
            about: "the official suite drives an example",
            run: steps::conformance::run,
        },
        Step {
            name: "interop",
            about: "other people's clients drive our servers",
            run: steps::interop::run,
        },
        Step { name: "proxy", about: "our servers behind nginx", run: steps::proxy::run },
        Step {
            name: "bench",
            about: "no request takes more instructions than before",
            run: steps::bench::run,
        },
        Step {
            name: "auth",
            about: "an OAuth client gets in with an issuer's tokens",
            run: steps::auth::run,
        },
        Step {
            name: "fault",
            about: "what bad peers do to the release build, case by case",
            run: steps::fault::run,
        },
        Step {
            name: "fuzz",
            about: "libFuzzer on what peers can write, half a minute a target",
            run: steps::fuzz::run,
        },
        Step {
            name: "soak",
            about: "a minute of good and bad peers together costs nothing that stays",
            run: steps::fault::soak,
        },
        Step {
            name: "deny",
            about: "licences, duplicates, sources, advisories (cargo-deny)",
            run: steps::deny::run,
        },
    ]
}

/// Not one of `all`: it changes what is installed and checks nothing.
pub(crate) fn install_deny() -> Step {
    Step {
        name: "install",
        about: "cargo-deny, under the target folder",
        run: steps::deny::install,
    }
}

pub(crate) fn named(name: &str) -> Result<Step, String> {
    let steps = all();
    let found = steps.iter().find(|step| step.name == name).copied();
    found.ok_or_else(|| {
        let names: Vec<String> = steps.iter().map(|step| format!("`{}`", step.name)).collect();
        format!("no step `{name}`; there are {}", names.join(", "))
    })
}

pub(crate) fn list() -> String {
    let lines: Vec<String> =
        all().iter().map(|step| format!("{:11} {}", step.name, step.about)).collect();
    lines.join("\n")
}
