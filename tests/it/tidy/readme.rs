//! The README shows the example itself, whole, and links between pages lead somewhere.

use super::Problems;
use super::source::{self, Source};

pub(super) fn check(readme: &Source, hello: &Source) -> Problems {
    if text(readme).contains(&format!("```rust\n{}\n```\n", text(hello))) {
        return Problems::new();
    }
    vec![format!("{}:1: does not show {}: copy it in whole", readme.path, hello.path)]
}

/// Links of a page that is read in the repository; those of rustdoc are rustdoc's to check.
pub(super) fn dead_links(page: &Source) -> Problems {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_page = page.path.ends_with(".md") && !page.path.starts_with("mcp-runtime/docs/");
    let mut problems = Problems::new();
    for (index, line) in page.lines.iter().enumerate().filter(|_| is_page) {
        let targets = line.text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let path = target.split('#').next().unwrap_or(target);
            if !source::root().join(folder).join(path).exists() {
                let place = page.line_place(index);
                problems.push(format!("{place}: there is no `{path}`: correct the link"));
            }
        }
    }
    problems
}

fn text(file: &Source) -> String {
    file.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_changed_example_is_found() {
    let hello = Source::new("examples/hello.rs", "fn main() {}\n");
    let found = |text: &str| check(&Source::new("README.md", text), &hello).len();
    assert_eq!(found("# A\n```rust\nfn main() {}\n```\nB\n"), 0);
    assert_eq!(found("# A\n```rust\nfn main() { 1; }\n```\nB\n"), 1);
}

#[test]
fn dead_links_are_found() {
    let found = |path: &str, text: &str| dead_links(&Source::new(path, text)).len();
    assert_eq!(found("README.md", "[a](https://b) [b](tests/it#c) [c](#d)\n"), 0);
    assert_eq!(found("README.md", "[a](Cargo.toml) [b](no/such.md)\n[c](no/other.md)"), 2);
    assert_eq!(found("tests/README.md", "[a](it/tidy.rs) [b](../README.md)"), 0);
    assert_eq!(found("mcp-runtime/docs/tool.md", "[`Content`](crate::Content)"), 0);
}
