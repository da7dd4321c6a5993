//! A revision is named where revisions are known, and nowhere else.

use super::Problems;
use super::source::{Source, is_word};

const ALLOWED: &[&str] = &[
    "mcp-runtime/src/revision/",
    "mcp-runtime/src/revision.rs",
    "mcp-runtime/src/server/lifecycle/",
];
const REMEDY: &str =
    "ask a fact of the revision (`revision/`), or move what differs to `server/lifecycle/`";
const REMEDY_IN_PROSE: &str = "link the clause, or say it without the date";

pub(super) fn check(file: &Source) -> Problems {
    if ALLOWED.iter().any(|folder| file.path.starts_with(folder)) {
        return Problems::new();
    }
    let mut problems = Problems::new();
    for (index, line) in file.lines.iter().enumerate() {
        if let Some(date) = dates(&line.text).find(|at| !is_documentation_link(file, index, *at)) {
            let remedy = if is_prose(file, index) { REMEDY_IN_PROSE } else { REMEDY };
            let date = &line.text[date..date + 10];
            problems.push(format!("{}: the date {date}: {remedy}", file.line_place(index)));
        }
        if !line.test && file.is_rust() && names_a_variant(&line.code) {
            problems.push(format!("{}: a variant of `Revision`: {REMEDY}", file.line_place(index)));
        }
    }
    problems
}

/// Where `2024-…`, `2025-…` or `2026-…` dates begin.
fn dates(text: &str) -> impl Iterator<Item = usize> {
    let is_date = |from: &str| {
        let shape = |(at, byte): (usize, u8)| {
            if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() }
        };
        from.len() >= 10 && from.bytes().take(10).enumerate().all(shape)
    };
    let years = ["2024", "2025", "2026"].into_iter().flat_map(move |year| text.match_indices(year));
    years.map(|(at, _)| at).filter(move |at| is_date(&text[*at..]))
}

/// Part of an address in prose.
fn is_documentation_link(file: &Source, line: usize, date: usize) -> bool {
    let before = &file.lines[line].text[..date];
    let word = before.rsplit([' ', '\t', '"', '`']).next().unwrap_or(before);
    is_prose(file, line) && word.contains("https://")
}

/// A comment alone on its line, or a file that is no program.
fn is_prose(file: &Source, line: usize) -> bool {
    let line = &file.lines[line];
    !file.is_rust() || !line.comment.trim().is_empty() && line.code.trim().is_empty()
}

fn names_a_variant(code: &str) -> bool {
    code.match_indices("V20").any(|(at, _)| {
        let starts_a_word = !code[..at].ends_with(is_word);
        starts_a_word && code[at + 3..].chars().take(2).filter(char::is_ascii_digit).count() == 2
    })
}

#[test]
fn dates_are_found_and_links_are_not() {
    let found = |text: &str| check(&Source::new("mcp-runtime/src/server/call.rs", text)).len();
    assert_eq!(found("let since = \"2025-11-25\";"), 1);
    assert_eq!(found("// since 2026-07-28"), 1);
    assert_eq!(found("let old = revision < Revision::V2025_06_18;"), 1);
    assert_eq!(found("/// <https://example.org/specification/2025-11-25/basic#ping>"), 0);
    assert_eq!(found("let link = \"https://example.org/2025-11-25\";"), 1);
    assert_eq!(found("let x = MV2025; // V2025_11_25\nlet size = 2024 - 10 - 25;"), 0);
    assert_eq!(found("#[cfg(test)]\nmod tests { use Revision::V2025_06_18; }"), 0);
    assert!(check(&Source::new("mcp-runtime/src/revision/facts.rs", "\"2025-11-25\"")).is_empty());
}
