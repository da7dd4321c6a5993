//! A lint that is off says why.

use super::Problems;
use super::source::Source;

/// Written by the macros, or as our users write.
const NOT_OURS: &[&str] = &["/tests/expand/", "tests/ui/"];

pub(super) fn check(file: &Source) -> Problems {
    if NOT_OURS.iter().any(|part| file.path.contains(part)) {
        return Problems::new();
    }
    let in_the_macros = file.path.starts_with("mcp-macros/src/");
    let code = file.lines.iter().map(|line| line.code.as_str()).collect::<Vec<_>>().join("\n");
    let attributes = code.match_indices("#[").chain(code.match_indices("#!["));
    let off = attributes.filter(|(start, _)| switches_a_lint_off(attribute(&code[*start..])));
    // In the macros an attribute may be part of what they read or write, and have no place for a reason.
    let unexplained =
        off.filter(|(start, _)| !(in_the_macros && is_test_or_explained(file, &code, *start)));
    let remedy = if in_the_macros { ", or a comment right above in what is generated" } else { "" };
    unexplained
        .map(|(start, _)| {
            format!("{}: no reason: `reason = \"…\"` in it{remedy}", file.place(&code, start))
        })
        .collect()
}

/// From `#[` to its `]`.
fn attribute(from: &str) -> &str {
    let mut depth = 0;
    for (at, character) in from.char_indices() {
        match character {
            '[' => depth += 1,
            ']' if depth == 1 => return &from[..at],
            ']' => depth -= 1,
            _ => {}
        }
    }
    from
}

fn switches_a_lint_off(attribute: &str) -> bool {
    let plain: String = attribute.chars().filter(|c| !c.is_whitespace()).collect();
    let inner = plain.trim_start_matches(['#', '!', '[']);
    let lints = |word: &str| {
        inner.starts_with(word)
            || inner.starts_with("cfg_attr(") && inner.contains(&format!(",{word}"))
    };
    (lints("allow(") || lints("expect(")) && !plain.contains("reason=\"")
}

fn is_test_or_explained(file: &Source, code: &str, start: usize) -> bool {
    let line = code[..start].matches('\n').count();
    file.lines[line].test || line > 0 && !file.lines[line - 1].comment.trim().is_empty()
}

#[test]
fn a_reason_is_asked_for() {
    let found = |text: &str| check(&Source::new("mcp-runtime/src/a.rs", text)).len();
    assert_eq!(found("#[allow(dead_code)]"), 1);
    assert_eq!(found("#![allow(dead_code)]"), 1);
    assert_eq!(found("#[allow(\n    dead_code,\n    reason = \"it is [not] dead\"\n)]"), 0);
    assert_eq!(found("#[expect(dead_code)]"), 1);
    assert_eq!(found("#[cfg_attr(unix, allow(dead_code))]"), 1);
    assert_eq!(found("// #[allow(dead_code)]\nhosts.allow(x); let y = [\"#[allow(a)]\"];"), 0);
    let in_the_macros = |text: &str| check(&Source::new("mcp-macros/src/a.rs", text)).len();
    assert_eq!(in_the_macros("// A name the author chose.\n#[allow(non_snake_case)]"), 0);
    assert_eq!(in_the_macros("quote! {\n#[allow(non_snake_case)]"), 1);
}
