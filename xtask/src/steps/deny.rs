//! `cargo deny` by `deny.toml`.
//!
//! Not installed by us: it takes minutes to compile, the packages PyPI has are too old for this cargo, and
//! npm and Debian have none. What can be checked without it is in `crates`.

use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    if !workspace.cargo("deny --version").works() {
        return Ok(Outcome::NotRun(
            "cargo-deny is not installed: cargo install --locked cargo-deny".into(),
        ));
    }
    workspace
        .cargo("deny --workspace --all-features check")
        .run()?;
    Ok(Outcome::Passed(String::new()))
}
