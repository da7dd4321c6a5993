//! What the tools that come with Rust have to say about the sources.

use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn fmt(workspace: &Workspace) -> Result<Outcome, Failure> {
    workspace.cargo("fmt --all --check").run()?;
    Ok(Outcome::Passed(String::new()))
}

pub(crate) fn clippy(workspace: &Workspace) -> Result<Outcome, Failure> {
    workspace.cargo("clippy --workspace --all-targets -- -D warnings").run()?;
    Ok(Outcome::Passed(String::new()))
}

pub(crate) fn doc(workspace: &Workspace) -> Result<Outcome, Failure> {
    workspace.cargo("doc --no-deps --workspace").env("RUSTDOCFLAGS", "-D warnings").run()?;
    Ok(Outcome::Passed(String::new()))
}
