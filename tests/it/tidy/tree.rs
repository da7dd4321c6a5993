//! CONTRIBUTING.md says what stands at the top, and says it completely.

use std::collections::BTreeSet;
use std::fs;

use super::Problems;
use super::source::{self, Source};

/// A developer's own.
const PERSONAL: &[&str] = &[".git", ".idea", ".vscode", ".DS_Store"];

pub(super) fn top_level() -> BTreeSet<String> {
    let ignored = source_lines(".gitignore");
    let entries = fs::read_dir(source::root()).expect("the root is a folder");
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| !PERSONAL.contains(&name.as_str()) && !ignored.contains(name)).collect()
}

pub(super) fn check(contributing: &Source, top_level: &BTreeSet<String>) -> Problems {
    let documented = documented(contributing);
    let mut problems = Problems::new();
    for name in top_level.iter().filter(|name| !documented.iter().any(|(_, known)| known == *name))
    {
        problems.push(format!(
            "{name}:1: not in CONTRIBUTING.md, \"What is where\": add its line, or move it"
        ));
    }
    for (line, name) in documented.iter().filter(|(_, name)| !top_level.contains(name)) {
        problems.push(format!(
            "{}: there is no `{name}`: take its line out",
            contributing.line_place(*line)
        ));
    }
    problems
}

/// Line and name of each "- `name`" in the section.
fn documented(contributing: &Source) -> Vec<(usize, String)> {
    let lines =
        contributing.lines.iter().enumerate().map(|(index, line)| (index, line.text.as_str()));
    let section = lines.skip_while(|(_, text)| *text != "## What is where").skip(1);
    section
        .take_while(|(_, text)| !text.starts_with("## "))
        .filter_map(|(index, text)| {
            Some((index, text.strip_prefix("- `")?.split_once('`')?.0.to_string()))
        })
        .collect()
}

fn source_lines(path: &str) -> Vec<String> {
    source::read(path).lines.iter().map(|line| line.text.trim_matches('/').to_string()).collect()
}

#[test]
fn both_sides_are_compared() {
    let text = "# A\n- `before`\n## What is where\n\n- `a`: it\n- `b`\n\n## Next\n- `c`\n";
    let contributing = Source::new("CONTRIBUTING.md", text);
    let names = |names: &[&str]| names.iter().map(|name| String::from(*name)).collect();
    assert!(check(&contributing, &names(&["a", "b"])).is_empty());
    let problems = check(&contributing, &names(&["a", "c"]));
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("c:1: not in"), "{problems:?}");
    assert!(problems[1].starts_with("CONTRIBUTING.md:6: there is no `b`"), "{problems:?}");
}
