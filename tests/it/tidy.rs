//! What we agreed on about the sources and a compiler does not check. Each message says what to do.

mod allows;
mod dates;
mod layers;
mod manifests;
mod maps;
mod panics;
mod promises;
mod readme;
mod sizes;
mod source;
mod tree;

use source::Source;

/// One `path:line: what is wrong; the remedy` each.
type Problems = Vec<String>;

#[test]
fn files_are_read_in_one_sitting() {
    report(
        source::all().iter().flat_map(sizes::check).chain(sizes::hello()).chain(sizes::ratchet()),
    );
}

#[test]
fn pages_show_what_there_is() {
    let shown = readme::check(&source::read("README.md"), &source::read("examples/hello.rs"));
    report(source::all().iter().flat_map(readme::dead_links).chain(shown));
}

#[test]
fn layers_use_only_what_stands_left_of_them() {
    report(rust_under("mcp-runtime/src/").flat_map(|file| layers::check(&file)));
}

#[test]
fn revisions_stay_in_their_two_places() {
    let in_crates = |file: &Source| file.path.starts_with("mcp-") && file.path.contains("/src/");
    report(source::all().into_iter().filter(in_crates).flat_map(|file| dates::check(&file)));
}

#[test]
fn clippy_looks_for_panics() {
    report(panics::check(&source::read("mcp-runtime/src/lib.rs")));
}

#[test]
fn allowed_lints_have_a_reason() {
    report(rust_under("").flat_map(|file| allows::check(&file)));
}

#[test]
fn dependencies_have_a_reason_and_one_place() {
    let manifests: Vec<Source> =
        source::all().into_iter().filter(|file| file.name() == "Cargo.toml").collect();
    report(manifests::check(&manifests));
}

#[test]
fn the_tree_is_the_documented_one() {
    report(tree::check(&source::read("CONTRIBUTING.md"), &tree::top_level()));
}

#[test]
fn maps_show_what_there_is() {
    let steps = maps::steps_are_named(&source::read("ARCHITECTURE.md"), &source::all());
    report(maps::first_pages(&source::all()).into_iter().chain(steps));
    report(source::all().iter().flat_map(maps::steps_go_down));
}

#[test]
fn promises_have_their_tests() {
    let page = source::read("SECURITY.md");
    let defaults = promises::defaults(&page, &source::read("mcp-runtime/docs/limits.md"));
    report(promises::check(&page, promises::read).into_iter().chain(defaults));
}

fn rust_under(folder: &'static str) -> impl Iterator<Item = Source> {
    source::all().into_iter().filter(move |file| file.path.starts_with(folder) && file.is_rust())
}

#[track_caller]
fn report(problems: impl IntoIterator<Item = String>) {
    let problems: Problems = problems.into_iter().collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
