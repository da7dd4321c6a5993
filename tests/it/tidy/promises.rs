//! SECURITY.md promises what tests show: each promise links its tests, and its defaults are the documented ones.

use super::Problems;
use super::source::{self, Source};

/// `read` gives the text of a linked file.
pub(super) fn check(page: &Source, read: impl Fn(&str) -> Option<String>) -> Problems {
    let mut problems = Problems::new();
    for (line, promise) in promises(page) {
        let place = page.line_place(line);
        let links: Vec<_> = links(&promise).collect();
        if links.is_empty() {
            problems.push(format!("{place}: a promise without a test: link one"));
        }
        for (name, path) in links {
            let there = read(path).is_some_and(|text| {
                text.contains(&format!("fn {name}(")) || text.contains(&format!("\"{name}\""))
            });
            if !there {
                problems.push(format!("{place}: {path} has no test `{name}`: correct the link"));
            }
        }
    }
    problems
}

/// The flags whose default is another one in `limits`.
pub(super) fn defaults(page: &Source, limits: &Source) -> Problems {
    let cells = |text: &str| text.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let known = |flag: &str| {
        let mut rows = limits.lines.iter().map(|line| cells(&line.text));
        rows.find(|row| row.get(2).is_some_and(|cell| cell == flag)).map(|row| row[3].clone())
    };
    let mut problems = Problems::new();
    for (index, line) in page.lines.iter().enumerate() {
        let row = cells(&line.text);
        let (Some(flag), Some(said)) = (row.get(1), row.get(2)) else { continue };
        if let Some(default) = known(flag).filter(|default| default != said) {
            let place = page.line_place(index);
            problems.push(format!("{place}: the default of {flag} is {default}, not {said}"));
        }
    }
    problems
}

/// Line and text of each item of a list below "What we promise".
fn promises(page: &Source) -> Vec<(usize, String)> {
    let lines = page.lines.iter().map(|line| line.text.as_str()).enumerate();
    let section = lines.skip_while(|(_, text)| *text != "## What we promise").skip(1);
    let mut items: Vec<(usize, String)> = Vec::new();
    for (index, text) in section.take_while(|(_, text)| !text.starts_with("## ")) {
        match (text.strip_prefix("- "), text.strip_prefix("  "), items.last_mut()) {
            (Some(item), _, _) => items.push((index, item.to_owned())),
            (None, Some(more), Some((_, item))) => *item = format!("{item} {more}"),
            _ => {}
        }
    }
    items
}

/// Each [`name`](path).
fn links(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("[`").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("`](")?;
        Some((name, rest.split_once(')')?.0))
    })
}

pub(super) fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(source::root().join(path)).ok()
}

#[test]
fn a_promise_without_its_test_is_found() {
    let text = "## What we promise\n\n- **A**: test\n  [`a`](a.rs).\n- **B**\n- **C** [`c`](a.rs) [`d e`](a.rs)\n## Next\n- D\n";
    let read = |path: &str| (path == "a.rs").then(|| "fn a() {}\n\"d e\"".to_owned());
    let problems = check(&Source::new("SECURITY.md", text), read);
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].starts_with("SECURITY.md:5: a promise without a test"), "{problems:?}");
    assert!(problems[1].starts_with("SECURITY.md:6: a.rs has no test `c`"), "{problems:?}");
}

#[test]
fn a_default_that_has_changed_is_found() {
    let limits = Source::new("limits.md", "| `a`: A | `--a` | 1 | 2 |\n");
    let found = |row: &str| defaults(&Source::new("SECURITY.md", row), &limits).len();
    assert_eq!(found("| `--a` | 1 | |\n| `--b` | 7 | |\n"), 0);
    assert_eq!(found("| `--a` | 2 | |\n"), 1);
}
