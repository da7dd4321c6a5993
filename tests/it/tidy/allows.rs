//! A lint that is off says why.

use super::Problems;
use super::source::Source;

/// Written by the macros, or as our users write.
const NOT_OURS: &[&str] = &["/tests/expand/", "tests/ui/"];

pub(super) fn check(file: &Source) -> Problems {
    if NOT_OURS.iter().any(|part| file.path.contains(part)) {
        return Problems::new();
    }
    let code = file.lines.iter().map(|line| line.code.as_str()).collect::<Vec<_>>().join("\n");
    let attributes = code.match_indices("#[").chain(code.match_indices("#!["));
    attributes
        .filter(|(start, _)| switches_a_lint_off(attribute(&code[*start..])))
        .filter(|(start, _)| !is_explained_for_the_macros(file, &code, *start))
        .map(|(start, _)| {
            format!("{}: no reason: `#[allow(…, reason = \"…\")]`", file.place(&code, start))
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

/// In the macros an attribute may be part of what they write; there a comment right above explains it.
fn is_explained_for_the_macros(file: &Source, code: &str, start: usize) -> bool {
    let line = code[..start].matches('\n').count();
    file.path.starts_with("mcp-macros/src/")
        && line > 0
        && !file.lines[line - 1].comment.trim().is_empty()
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
