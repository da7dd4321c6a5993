//! Dependencies stand in one table, each with the reason it is there.

use std::collections::BTreeSet;

use super::Problems;
use super::source::Source;

struct Entry {
    section: String,
    name: String,
    line: usize,
}

pub(super) fn check(manifests: &[Source]) -> Problems {
    // A package that is a workspace of its own, like the tests against a peer, has its own rules.
    let ours = |file: &&Source| {
        file.path == "Cargo.toml" || !file.lines.iter().any(|line| line.text == "[workspace]")
    };
    let mut problems = Problems::new();
    let mut table = Vec::new();
    let mut used = BTreeSet::new();
    for file in manifests.iter().filter(ours) {
        for entry in entries(file) {
            if entry.section == "workspace.dependencies" {
                problems.extend(without_reason(file, &entry));
                table.push((file.line_place(entry.line), entry.name));
            } else if is_dependencies(&entry.section) {
                problems.extend(outside_the_table(file, &entry));
                used.insert(entry.name);
            }
        }
    }
    let unused = table.iter().filter(|(_, name)| !used.contains(name));
    problems
        .extend(unused.map(|(place, name)| format!("{place}: nothing uses `{name}`: take it out")));
    problems
}

/// Each `name = …` with the section it is in.
fn entries(file: &Source) -> Vec<Entry> {
    let mut section = String::new();
    let mut found = Vec::new();
    for (line, text) in file.lines.iter().map(|line| line.text.as_str()).enumerate() {
        if let Some(header) = text.strip_prefix('[') {
            section = header.split(']').next().unwrap_or(header).to_string();
        } else if let Some((key, _)) =
            text.split_once('=').filter(|_| !text.starts_with([' ', '#', ']', '}']))
        {
            let name = key.trim().split('.').next().unwrap_or(key).trim_matches('"').to_string();
            found.push(Entry { section: section.clone(), name, line });
        }
    }
    found
}

/// `dependencies`, `dev-dependencies`, `target.'cfg(unix)'.dependencies`, `dependencies.name`.
fn is_dependencies(section: &str) -> bool {
    section.split('.').any(|part| part == "dependencies" || part.ends_with("-dependencies"))
}

fn without_reason(file: &Source, entry: &Entry) -> Option<String> {
    let text = &file.lines[entry.line].text;
    let reason = text.split_once(" # ").map_or("", |(_, reason)| reason);
    let is_member = text.contains("path = ");
    if is_member || !reason.trim().is_empty() {
        return None;
    }
    Some(format!(
        "{}: `{}` has no reason: end the line with `# why it is here`",
        file.line_place(entry.line),
        entry.name
    ))
}

fn outside_the_table(file: &Source, entry: &Entry) -> Option<String> {
    let text = &file.lines[entry.line].text;
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.contains("workspace=true") && !entry.section.contains("dependencies.") {
        return None;
    }
    let remedy =
        "write `name.workspace = true`, and its version and reason in [workspace.dependencies]";
    Some(format!("{}: a dependency of its own: {remedy}", file.line_place(entry.line)))
}

#[test]
fn the_table_has_reasons_and_no_rival() {
    let root = "[workspace.dependencies]\nus = { path = \"us\" }\nserde = \"1\" # arguments in\nbytes = \"1\"\n";
    let of = |member: &str| {
        let own_workspace = "[package]\n[workspace]\n[dependencies]\nrmcp = \"3\"\n";
        check(&[
            Source::new("Cargo.toml", root),
            Source::new("us/Cargo.toml", member),
            Source::new("peer/Cargo.toml", own_workspace),
        ])
    };
    let fine = "[dependencies]\nserde = { workspace = true, features = [\"a\"] }\n[dev-dependencies]\nbytes.workspace = true\nus.workspace = true\n";
    assert_eq!(
        of(fine),
        ["Cargo.toml:4: `bytes` has no reason: end the line with `# why it is here`"]
    );
    let problems = of(
        "[dependencies]\nserde = \"1\"\nbytes.workspace = true\n\n[target.'cfg(unix)'.dependencies.us]\npath = \"us\"\n",
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("us/Cargo.toml:2: a dependency of its own")),
        "{problems:?}"
    );
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("us/Cargo.toml:6: a dependency of its own")),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|problem| problem == "Cargo.toml:2: nothing uses `us`: take it out"),
        "{problems:?}"
    );
}
