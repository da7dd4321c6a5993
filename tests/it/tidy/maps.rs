//! Whoever looks for something finds the folder on the map, and the file on the folder's first page.

use super::Problems;
use super::source::{Source, is_word};

/// Those of many files, whose order a reader would have to guess.
const FOLDERS: &[&str] = &[
    "mcp-runtime/src/wire/",
    "mcp-runtime/src/registry/",
    "mcp-runtime/src/server/",
    "mcp-runtime/src/transport/",
];

/// The largest of them, of folders in turn: steps, in the order in which a request comes to them.
const WAYS: &[(&str, &[&str])] = &[
    (
        "mcp-runtime/src/server/",
        &[
            "builder",
            "lifecycle",
            "methods",
            "call",
            "rounds",
            "session",
            "offer",
            "shutdown",
            "limits",
        ],
    ),
    (HTTP, &["connection", "site", "endpoint", "door", "request", "sessions", "reply"]),
];
const HTTP: &str = "mcp-runtime/src/transport/http/";

/// The first page of each of these folders, and of those in them, names every file and folder in it:
/// as code, for many are words that any page has.
pub(super) fn first_pages(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    let has_page = |file: &&Source| FOLDERS.iter().any(|folder| file.path.starts_with(folder));
    for page in sources.iter().filter(has_page) {
        let Some(folder) = page.path.strip_suffix("mod.rs") else { continue };
        let lines = page.lines.iter().map(|line| line.text.as_str());
        let said: Vec<_> = lines.take_while(|line| line.starts_with("//!")).collect();
        let said = said.join("\n");
        let code = said.split('`').skip(1).step_by(2);
        let words: Vec<_> =
            code.flat_map(|code| code.split(|character| !is_word(character))).collect();
        let is_named = |name: &str| words.contains(&name);
        let missing = inside(sources, folder).into_iter().filter(|name| !is_named(name));
        problems.extend(missing.map(|name| {
            format!("{}:1: does not name `{name}`: say in `//!` what it is for", page.path)
        }));
    }
    problems
}

/// A step uses only those that a request comes to behind it.
pub(super) fn steps_go_down(file: &Source) -> Problems {
    WAYS.iter().flat_map(|(folder, steps)| steps_of(folder, steps, file)).collect()
}

fn steps_of(folder: &str, steps: &[&str], file: &Source) -> Problems {
    let mut problems = Problems::new();
    let Some(inside) = file.path.strip_prefix(folder) else { return problems };
    let Some(own) = steps.iter().position(|step| inside.starts_with(&format!("{step}/"))) else {
        return problems;
    };
    let module = folder.replacen("mcp-runtime/src", "crate", 1).replace('/', "::");
    let code = file.code();
    for (at, prefix) in code.match_indices(&module) {
        let path = &code[at + prefix.len()..];
        let end = match path.strip_prefix('{') {
            Some(_) => path.find(';'),
            None => path.find(|character: char| !is_word(character)),
        };
        let mut used = path[..end.unwrap_or(path.len())].split(|character| !is_word(character));
        if let Some(step) = used.find(|word| steps[..own].contains(word)) {
            let (place, own) = (file.place(&code, at), steps[own]);
            problems.push(format!(
                "{place}: `{own}` uses `{step}`, which stands above it: move what both need down"
            ));
        }
    }
    problems
}

/// The map names every step.
pub(super) fn steps_are_named(map: &Source, sources: &[Source]) -> Problems {
    let has = |name: &str| map.lines.iter().any(|line| line.text.contains(name));
    let is_there = |name: &str| has(&format!("`{name}/`")) || has(&format!("`{name}.rs`"));
    let mut problems = Problems::new();
    for (folder, _) in WAYS {
        let missing = inside(sources, folder).into_iter().filter(|name| !is_there(name));
        problems.extend(
            missing.map(|name| {
                format!("{}:1: does not name `{folder}{name}`: add its step", map.path)
            }),
        );
    }
    problems
}

/// The files and folders right in a folder, without the first page and its tests.
fn inside<'a>(sources: &'a [Source], folder: &str) -> Vec<&'a str> {
    let below = sources.iter().filter_map(|file| file.path.strip_prefix(folder));
    let mut names: Vec<_> =
        below.filter_map(|path| path.split('/').next()?.split('.').next()).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !["mod", "tests"].contains(name));
    names
}

#[test]
fn a_step_that_looks_back_is_found() {
    let found = |path: &str, code: &str| {
        let code = format!("use crate::transport::http::{code};");
        steps_go_down(&Source::new(format!("{HTTP}{path}"), &code)).len()
    };
    assert_eq!(found("door/guard.rs", "reply::Refusal"), 0);
    assert_eq!(found("door/guard.rs", "door) fn new(site: &Site"), 0);
    assert_eq!(found("door/guard.rs", "endpoint::Endpoint"), 1);
    assert_eq!(found("reply/mod.rs", "{HttpOptions, door, header}"), 1);
    assert_eq!(found("serve.rs", "site::Site"), 0);
    let up =
        Source::new("mcp-runtime/src/server/call/mod.rs", "use crate::server::methods::tools;");
    assert_eq!(steps_go_down(&up).len(), 1);
}

#[test]
fn what_no_page_names_is_found() {
    let page = |path: &str, text: &str| Source::new(format!("{HTTP}{path}"), text);
    let sources = [
        page("mod.rs", "//! `door` with its log\n//! ```text\n//! a reply\n//! ```\nmod replies;"),
        page("door/mod.rs", "//! `guard`"),
        page("door/guard.rs", ""),
        page("door/tests.rs", ""),
        page("log.rs", ""),
        page("reply.rs", ""),
        page("replies.rs", ""),
    ];
    let found = first_pages(&sources);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("does not name `log`"), "{found:?}");
    assert!(found[1].contains("does not name `replies`"), "{found:?}");
    let map = Source::new("ARCHITECTURE.md", "| `door/` |\n| `reply.rs`, `log.rs` |");
    let found = steps_are_named(&map, &sources);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("http/replies`"), "{found:?}");
}
