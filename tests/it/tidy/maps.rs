//! Whoever looks for something finds the folder on the map, and the file on the folder's first page.

use super::Problems;
use super::source::Source;

const TRANSPORTS: &str = "mcp-runtime/src/transport/";
const LARGEST: &str = "mcp-runtime/src/transport/http/";

/// The first page of each folder of the transports names every file and folder in it.
pub(super) fn first_pages(sources: &[Source]) -> Problems {
    let mut problems = Problems::new();
    for page in sources.iter().filter(|file| file.path.starts_with(TRANSPORTS)) {
        let Some(folder) = page.path.strip_suffix("mod.rs") else { continue };
        let lines = page.lines.iter().map(|line| line.text.as_str());
        let said: Vec<_> = lines.take_while(|line| line.starts_with("//!")).collect();
        let said = said.join("\n");
        let is_named =
            |name: &str| said.split(|character: char| !is_word(character)).any(|word| word == name);
        let missing = inside(sources, folder).into_iter().filter(|name| !is_named(name));
        problems.extend(missing.map(|name| {
            format!("{}:1: does not name `{name}`: say in `//!` what it is for", page.path)
        }));
    }
    problems
}

/// The map names every step of the largest folder.
pub(super) fn largest_folder(map: &Source, sources: &[Source]) -> Problems {
    let has = |name: &str| map.lines.iter().any(|line| line.text.contains(name));
    let is_there = |name: &&str| has(&format!("`{name}/`")) || has(&format!("`{name}.rs`"));
    let missing = inside(sources, LARGEST).into_iter().filter(|name| !is_there(name));
    missing
        .map(|name| format!("{}:1: does not name `{LARGEST}{name}`: add its step", map.path))
        .collect()
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

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[test]
fn what_no_page_names_is_found() {
    let page = |path: &str, text: &str| Source::new(format!("{LARGEST}{path}"), text);
    let sources = [
        page("mod.rs", "//! `door` and\n//! then reply\nmod replies;"),
        page("door/mod.rs", "//! `guard`"),
        page("door/guard.rs", ""),
        page("door/tests.rs", ""),
        page("reply.rs", ""),
        page("replies.rs", ""),
    ];
    let found = first_pages(&sources);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("does not name `replies`"), "{found:?}");
    let map = Source::new("ARCHITECTURE.md", "| `door/` |\n| `reply.rs` |");
    let found = largest_folder(&map, &sources);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("http/replies`"), "{found:?}");
}
