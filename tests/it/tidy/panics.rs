//! Peer input cannot panic the process. Clippy finds what could, type by type, if it is told to; then
//! `#[expect(clippy::…, reason = "…")]` says why a place does not, or whose mistake it reports, and
//! `allows` asks for that reason.

use super::Problems;
use super::source::Source;

const LINTS: &[&str] = &["unwrap_used", "expect_used", "panic", "unreachable", "unimplemented"];

/// Of the runtime's lib.rs.
pub(super) fn check(lib: &Source) -> Problems {
    let code: String = lib.code().chars().filter(|c| !c.is_whitespace()).collect();
    let watched = code.split_once("#![cfg_attr(not(test),warn(").map_or("", |(_, rest)| rest);
    let watched: Vec<&str> = watched.split(')').next().unwrap_or(watched).split(',').collect();
    let is_off = |lint: &&&str| !watched.contains(&format!("clippy::{lint}").as_str());
    let missing = LINTS.iter().filter(is_off);
    let remedy = "put it into `#![cfg_attr(not(test), warn(…))]`";
    missing.map(|lint| format!("{}:1: clippy::{lint} is off: {remedy}", lib.path)).collect()
}

#[test]
fn each_lint_has_to_be_on() {
    let found = |text: &str| check(&Source::new("mcp-runtime/src/lib.rs", text)).len();
    let all: Vec<String> = LINTS.iter().map(|lint| format!("clippy::{lint}")).collect();
    assert_eq!(found(&format!("#![cfg_attr(not(test), warn({}))]", all.join(", "))), 0);
    assert_eq!(found(&format!("#![cfg_attr(not(test), warn({}))]", all[1..].join(",\n"))), 1);
    assert_eq!(found("// clippy::panic\n"), LINTS.len());
}
