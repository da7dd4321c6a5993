//! Files stay small enough to be read at once.

use super::Problems;
use super::source::{self, Source};

const IN_THE_CRATES: usize = 450;
const ELSEWHERE: usize = 600;
/// Blank lines included: it is the program the README begins with.
const HELLO: usize = 16;
const PROGRAMS: &[&str] = &[".rs", ".py", ".js", ".mjs", ".ts", ".sh"];

/// Files that are too long today, and how long. They may shrink; nothing is added here.
const RATCHET: &[(&str, usize)] = &[];

pub(super) fn check(file: &Source) -> Problems {
    if !PROGRAMS.iter().any(|ending| file.path.ends_with(ending)) {
        return Problems::new();
    }
    let in_the_crates = file.path.starts_with("mcp-") && file.path.contains("/src/");
    let cap = if in_the_crates { IN_THE_CRATES } else { ELSEWHERE };
    let most = RATCHET.iter().find(|(path, _)| *path == file.path).map_or(cap, |(_, lines)| *lines);
    too_long(file, most, "move its second idea into a file of its own")
}

pub(super) fn hello() -> Problems {
    too_long(&source::read("examples/hello.rs"), HELLO, "show what needs more in another example")
}

/// Entries that are of no use any more.
pub(super) fn ratchet() -> Problems {
    let fits = |path: &str| source::read(path).lines.len() <= IN_THE_CRATES;
    RATCHET
        .iter()
        .filter(|(path, _)| fits(path))
        .map(|(path, _)| format!("{path}:1: fits: take it off RATCHET"))
        .collect()
}

fn too_long(file: &Source, most: usize, remedy: &str) -> Problems {
    let lines = file.lines.len();
    if lines <= most {
        return Problems::new();
    }
    vec![format!("{}: {lines} lines, at most {most}: {remedy}", file.line_place(most))]
}

#[test]
fn only_what_is_too_long_is_named() {
    let file = |path: &str, lines| Source::new(path, &"\n".repeat(lines));
    assert!(check(&file("mcp-runtime/src/a.rs", 450)).is_empty());
    assert_eq!(
        check(&file("mcp-runtime/src/a.rs", 451)),
        [
            "mcp-runtime/src/a.rs:451: 451 lines, at most 450: move its second idea into a file of its own"
        ]
    );
    assert!(check(&file("tests/it/a.rs", 600)).is_empty());
    assert_eq!(check(&file("tests/interop/a.py", 601)).len(), 1);
    assert!(check(&file("CHANGELOG.md", 5000)).is_empty());
}
