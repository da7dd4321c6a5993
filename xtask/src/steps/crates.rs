//! How many crates a user of ours compiles. A number that only grows unless someone looks.

use std::collections::BTreeSet;

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

struct Tree {
    name: &'static str,
    flags: &'static str,
    /// Ours included.
    most: usize,
    without: &'static [&'static str],
    /// What may be there in two versions, as `deny.toml` says and why.
    twice: &'static [&'static str],
}

const TREES: &[Tree] = &[
    Tree {
        name: "stdio",
        flags: "--no-default-features --features stdio,macros",
        most: 35,
        without: &["axum", "clap", "hyper", "tower-http"],
        twice: &[],
    },
    Tree { name: "default", flags: "", most: 95, without: &["ring", "rustls", "h2"], twice: &[] },
    Tree {
        name: "auth",
        flags: "--features auth",
        most: 96,
        without: &["aws-lc-rs", "openssl-sys"],
        twice: &["getrandom"],
    },
    Tree {
        name: "otel",
        flags: "--features otel",
        most: 106,
        without: &["reqwest", "tonic", "ring", "h2"],
        twice: &["getrandom", "syn"],
    },
];

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let mut notes = Vec::new();
    for tree in TREES {
        let line = format!("tree -p mcp-runtime {} --edges normal,build --prefix none", tree.flags);
        let command = workspace.cargo(&line);
        let lines = command.quiet()?;
        let crates = unique(&lines);
        check(tree, &crates, &command)?;
        notes.push(format!("{} {} of {}", tree.name, crates.len(), tree.most));
    }
    Ok(Outcome::Passed(notes.join(", ")))
}

/// `(name, version)` of each line `name v1.2.3 (proc-macro) (*)`.
fn unique(lines: &[String]) -> BTreeSet<(&str, &str)> {
    lines
        .iter()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(n, rest)| Some((n, rest.split(' ').next()?)))
        .collect()
}

fn check(tree: &Tree, crates: &BTreeSet<(&str, &str)>, command: &Command) -> Result<(), Failure> {
    let name = tree.name;
    if crates.is_empty() {
        return Err(command.failed("cargo tree lists no crate"));
    }
    if crates.len() > tree.most {
        let what = format!(
            "the {name} tree has {} crates, at most {} are wanted",
            crates.len(),
            tree.most
        );
        return Err(command.failed(what));
    }
    if let Some(found) =
        tree.without.iter().find(|unwanted| crates.iter().any(|(name, _)| name == *unwanted))
    {
        return Err(command.failed(format!(
            "the {name} tree compiles {found}: put what needs it behind a feature"
        )));
    }
    let mut pairs = crates.iter().zip(crates.iter().skip(1));
    let twice = pairs.find(|(one, next)| one.0 == next.0 && !tree.twice.contains(&one.0));
    if let Some(((crate_name, one), (_, other))) = twice {
        let what =
            format!("the {name} tree has {crate_name} twice, {one} and {other}: agree on one");
        return Err(command.failed(what));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: Tree = Tree { name: "stdio", flags: "", most: 3, without: &["axum"], twice: &[] };

    fn checked(lines: &[&str]) -> Result<(), String> {
        let lines: Vec<String> = lines.iter().map(|line| String::from(*line)).collect();
        check(&TREE, &unique(&lines), &Command::cargo(".", "tree")).map_err(|failure| failure.what)
    }

    #[test]
    fn each_crate_counts_once() {
        assert_eq!(
            checked(&["a v1.0.0 (/a)", "b v1.0.0", "c v0.1.0 (proc-macro)", "b v1.0.0 (*)", ""]),
            Ok(())
        );
    }

    #[test]
    fn too_many_the_wrong_ones_and_two_versions_are_refused() {
        let says = |lines: &[&str]| checked(lines).err().unwrap_or_default();
        assert!(says(&["a v1", "b v1", "c v1", "d v1"]).contains("4 crates"));
        assert!(says(&["a v1", "axum v0.8.9"]).contains("compiles axum"));
        assert!(
            says(&["syn v2.0.1", "a v1", "syn v3.0.9"]).contains("syn twice, v2.0.1 and v3.0.9")
        );
        assert!(says(&[]).contains("no crate"));
    }
}
