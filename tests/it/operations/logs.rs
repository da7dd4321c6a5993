//! What stands on stderr, and what does not.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};

use serde_json::{Value, json};

use crate::process::Process;

/// A secret in an argument, and in the name of no tool an escape and a line of its own.
const SECRET: &str = "hunter2";
const FORGED: &str = "\u{1b}[2J\u{9b}m\nWARN all is well";

/// What the server logs about a few requests.
fn logged(arguments: &[&str]) -> Vec<String> {
    let mut process = Process::start(&[&["--transport", "stdio"], arguments].concat());
    let (mut stdin, stdout) = process.ends();
    let mut ask = |id: i64, method: &str, params: Value| {
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        writeln!(stdin, "{request}").unwrap();
    };
    ask(0, "initialize", json!({ "protocolVersion": "2025-06-18", "capabilities": {} }));
    ask(
        1,
        "tools/call",
        json!({ "name": "rest", "arguments": { "id": 7, "milliseconds": 2, "x": SECRET } }),
    );
    ask(2, "tools/call", json!({ "name": FORGED, "arguments": { "x": SECRET } }));
    ask(3, "tools/call", json!({ "name": "rest", "arguments": { "id": SECRET } }));
    ask(4, "no/such\n\u{1b}[2J", json!({}));
    drop(stdin);
    assert_eq!(BufReader::new(stdout).lines().count(), 5);
    let (status, mut lines) = process.printed();
    assert!(status.success());
    lines.retain(|line| !line.starts_with("begun") && !line.starts_with("ended"));
    lines
}

#[test]
fn nothing_is_logged_of_requests_unless_it_is_asked_for() {
    assert_eq!(logged(&[]), [""; 0]);
    assert_eq!(logged(&["--log-level", "info"]), [""; 0]);
}

#[test]
fn an_access_line_says_who_asked_for_what_and_how_it_went() {
    let lines = logged(&["--access-log"]);
    assert_eq!(lines.len(), 5, "{lines:#?}");
    let has = |fields: &[&str]| {
        let found = lines.iter().any(|line| fields.iter().all(|field| line.contains(field)));
        assert!(found, "no {fields:?} in {lines:#?}");
    };
    has(&["INFO", "method=\"initialize\"", "outcome=\"ok\"", "duration_ms="]);
    has(&["method=\"tools/call\"", "name=\"rest\"", "outcome=\"ok\""]);
    has(&["method=\"tools/call\"", "WARN all is well", "outcome=\"error\"", "code=-32602"]);
    has(&["method=\"tools/call\"", "name=\"rest\"", "outcome=\"error\""]);
    has(&["method=\"other\"", "outcome=\"error\"", "code=-32601"]);
    for line in &lines {
        assert!(!line.contains(SECRET), "{line:?}");
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(line.starts_with("20"), "a line of its own: {line:?}");
    }
}

#[test]
fn lines_can_be_json() {
    let lines = logged(&["--access-log", "--log-format", "json"]);
    let entries: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let done = |entry: &&Value| entry["name"] == "rest" && entry["outcome"] == "ok";
    let rest = entries.iter().find(done).unwrap();
    assert_eq!((&rest["level"], &rest["method"]), (&json!("INFO"), &json!("tools/call")));
    assert!(rest["duration_ms"].as_f64().unwrap() >= 2.0, "{rest}");
    assert!(entries.iter().any(|entry| entry["name"] == FORGED));
    assert!(lines.iter().all(|line| !line.contains(char::is_control)), "{lines:#?}");
}

#[test]
fn the_guide_has_every_field_of_the_access_line() {
    let page = include_str!("../../../mcp-runtime/docs/operations.md");
    let (_, table) = page.split_once("| field | |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    let mut documented: BTreeSet<_> =
        rows.filter_map(|row| Some(row.split('`').nth(1)?.to_owned())).collect();
    let lines = logged(&["--access-log", "--log-format", "json"]);
    let entries = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut logged: BTreeSet<_> = entries
        .flat_map(|entry| entry.as_object().unwrap().keys().cloned().collect::<Vec<_>>())
        .collect();
    logged.retain(|field| !["timestamp", "level", "message"].contains(&&**field));
    assert!(documented.remove("principal")); // which only a caller with a token has
    assert_eq!(documented, logged);
}

#[test]
fn a_log_of_everything_holds_no_arguments() {
    let lines = logged(&["--log-level", "trace", "--access-log"]);
    assert!(lines.iter().all(|line| !line.contains(SECRET)), "{lines:#?}");
}
