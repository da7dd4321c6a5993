//! Peer input cannot panic the process. Whatever could is marked with the reason why it does not:
//! `// panic: …` on its line, or above its statement.

use super::Problems;
use super::source::{Line, Source, is_word};

const CALLS: &[&str] = &[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("];
const MACROS: &[&str] = &["panic!", "unreachable!", "todo!", "unimplemented!"];
/// For authors' tests, where a panic is how a test fails.
const EXEMPT: &[&str] = &["mcp-runtime/src/testing/", "mcp-runtime/src/testing.rs"];

pub(super) fn check(file: &Source) -> Problems {
    if EXEMPT.iter().any(|folder| file.path.starts_with(folder)) {
        return Problems::new();
    }
    let mut problems = Problems::new();
    for (index, line) in file.lines.iter().enumerate().filter(|(_, line)| !line.test) {
        let Some(found) = can_panic(&line.code) else {
            continue;
        };
        if !has_reason(&file.lines, index) {
            problems.push(format!(
                "{}: `{}`: return an error, or say `// panic: <why it cannot, or whose mistake it reports>`",
                file.line_place(index),
                found.trim_matches(['.', '(']),
            ));
        }
    }
    problems
}

fn can_panic(code: &str) -> Option<&'static str> {
    let call = CALLS.iter().find(|call| code.contains(**call));
    let starts_a_word = |name: &str| {
        code.match_indices(name)
            .any(|(at, _)| !code[..at].ends_with(is_word))
    };
    call.or_else(|| MACROS.iter().find(|name| starts_a_word(name)))
        .copied()
}

/// In a comment on the line, inside its statement, or right above that.
fn has_reason(lines: &[Line], index: usize) -> bool {
    let ends = |line: &Line| {
        line.code.trim().is_empty() || line.code.trim_end().ends_with([';', '{', '}', ','])
    };
    let is_comment = |line: &Line| line.code.trim().is_empty() && !line.comment.trim().is_empty();
    let mut first = index;
    while first > 0 && (!ends(&lines[first - 1]) || is_comment(&lines[first - 1])) {
        first -= 1;
    }
    lines[first..=index].iter().any(|line| {
        let reason = line
            .comment
            .split_once("panic: ")
            .map_or("", |(_, reason)| reason);
        reason.split_whitespace().count() >= 2
    })
}

#[test]
fn a_reason_is_asked_for() {
    let found = |text: &str| check(&Source::new("mcp-runtime/src/server/call.rs", text)).len();
    assert_eq!(found("let a = b.unwrap();"), 1);
    assert_eq!(
        found("let a = b.unwrap(); // panic: b was checked above"),
        0
    );
    assert_eq!(
        found("// panic: b was checked above\nlet a = b\n    .c()\n    .expect(\"\");"),
        0
    );
    assert_eq!(
        found("// panic: b was checked,\n// and so was c\nlet a = b.unwrap();"),
        0
    );
    assert_eq!(
        found("let x = b; // panic: b was checked above\nlet a = b.unwrap();"),
        1
    );
    assert_eq!(found("// panic: never\nunreachable!()"), 1);
    assert_eq!(
        found("/// `x.unwrap()`\nlet a = b.unwrap_or_default(); let s = \"panic!\"; my_panic!();"),
        0
    );
    assert_eq!(
        found("#[cfg(test)]\nmod tests {\n    fn a() { b.unwrap() }\n}"),
        0
    );
}
