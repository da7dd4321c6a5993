//! `wire ← revision ← context ← handler ← registry ← server ← transport ← cli`: a module uses what stands left.

use super::Problems;
use super::source::{Source, is_word};

const LAYERS: &[&str] =
    &["wire", "revision", "context", "handler", "registry", "server", "transport", "cli"];

/// Beside the layers: they may use all of them, and no layer uses them.
const OUTSIDE: &[&str] = &["lib", "private", "testing"];

/// Crates that belong to one place: what may name them, and what to do elsewhere.
const CRATES: &[(&[&str], &[&str], &str)] = &[
    (
        &["axum", "axum_core", "prometheus_client", "tower_http"],
        &["transport/http", "transport/sse"],
        "HTTP stays in `transport/http` and `transport/sse`",
    ),
    (
        &["hyper", "hyper_util", "http_body", "http_body_util"],
        &["transport/http", "transport/sse", "transport/otel"], // a collector is asked over HTTP
        "HTTP stays in `transport/http`, `transport/sse` and `transport/otel`",
    ),
    (
        &["opentelemetry", "opentelemetry_sdk", "opentelemetry_otlp", "opentelemetry_http"],
        &["transport/otel"],
        "what spans are sent as is the business of `transport/otel`",
    ),
    (&["rustix"], &["transport/", "cli/"], "file descriptors are the transports' business"),
    (&["clap", "tracing_subscriber"], &["cli"], "the command line stays in `cli`"),
];

/// What of tokio does no I/O, macros included.
const TOKIO_LEFT_OF_TRANSPORT: &[&str] =
    &["sync", "time", "task", "select", "join", "try_join", "pin", "spawn"];
const STD_IS_IO: &[&str] = &["net", "fs", "process", "os"];

pub(super) fn check(file: &Source) -> Problems {
    let Some(inside) =
        file.path.strip_prefix("mcp-runtime/src/").and_then(|path| path.strip_suffix(".rs"))
    else {
        return Problems::new();
    };
    let top = inside.split('/').next().unwrap_or(inside);
    if OUTSIDE.contains(&top) {
        return Problems::new();
    }
    let Some(layer) = LAYERS.iter().position(|name| *name == top) else {
        let what = format!(
            "{}: `{top}` is no layer: put it into one of {}",
            file.line_place(0),
            LAYERS.join(", ")
        );
        return vec![what];
    };
    let code = file.code();
    let mut problems = Problems::new();
    for (at, name) in from_the_root(&code, depth(inside)) {
        problems
            .extend(upwards(layer, &name).map(|what| format!("{}: {what}", file.place(&code, at))));
    }
    for (at, what) in foreign(&code, inside, layer) {
        problems.push(format!("{}: {what}", file.place(&code, at)));
    }
    problems
}

fn upwards(layer: usize, name: &str) -> Option<String> {
    let own = LAYERS[layer];
    match LAYERS.iter().position(|other| *other == name) {
        Some(used) if used <= layer => None,
        Some(_) => Some(format!(
            "`{own}` uses `{name}`, which stands right of it: pass in what it needs, or move this"
        )),
        None if OUTSIDE.contains(&name) => {
            Some(format!("`{own}` uses `{name}`, which no layer may"))
        }
        // An exported macro has no other path.
        None if name.starts_with("__") => None,
        None if name == "self" || name == "*" => {
            Some(format!("`{own}` uses the whole crate: name the layer"))
        }
        None => Some(format!(
            "`crate::{name}` hides its layer: write the path of the module it is defined in"
        )),
    }
}

/// What is named right under the crate's root: `crate::X`, `crate::{X, Y}`, and `super::X` that reaches it.
fn from_the_root(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut names = names_after(code, "crate");
    for (at, _) in code.match_indices("super::") {
        let before = code[..at].trim_end();
        if before.ends_with("super::") || before.ends_with(is_word) && code[..at].ends_with(is_word)
        {
            continue;
        }
        let mut rest = &code[at..];
        let mut supers = 0;
        while let Some(next) = rest.strip_prefix("super::") {
            (rest, supers) = (next, supers + 1);
        }
        if supers >= depth + inline_modules(&code[..at]) {
            let start = code.len() - rest.len();
            names.extend(group(rest).into_iter().map(|name| (start, name)));
        }
    }
    names
}

/// How many `mod name { … }` are open at the end of `code`.
fn inline_modules(code: &str) -> usize {
    let mut open = Vec::new();
    for (at, character) in code.char_indices() {
        match character {
            '{' => {
                let item = code[..at].rsplit([';', '{', '}']).next().unwrap_or_default();
                open.push(item.split_whitespace().any(|word| word == "mod"));
            }
            '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().filter(|is_module| *is_module).count()
}

/// How many `super` lead from the file's module to the root.
fn depth(inside: &str) -> usize {
    inside.trim_end_matches("/mod").split('/').count()
}

fn foreign(code: &str, inside: &str, layer: usize) -> Vec<(usize, String)> {
    let mut problems = Vec::new();
    for (crates, places, why) in CRATES {
        if places.iter().any(|place| inside.starts_with(place.trim_end_matches('/'))) {
            continue;
        }
        for name in *crates {
            problems.extend(
                names_after(code, name)
                    .into_iter()
                    .map(|(at, _)| (at, format!("uses `{name}`: {why}"))),
            );
        }
    }
    if LAYERS[layer] == "transport" || LAYERS[layer] == "cli" {
        return problems;
    }
    let io =
        |name: &str| format!("uses `{name}`: only `transport` does I/O, pass bytes in and out");
    for (at, name) in names_after(code, "tokio") {
        if !TOKIO_LEFT_OF_TRANSPORT.contains(&name.as_str()) {
            problems.push((at, io(&format!("tokio::{name}"))));
        }
    }
    for (at, name) in names_after(code, "std") {
        if STD_IS_IO.contains(&name.as_str()) {
            problems.push((at, io(&format!("std::{name}"))));
        }
    }
    problems
}

/// Position and name of each `X` in `root::X` and `root::{X, Y::Z}`. Not of `$crate::X`.
fn names_after(code: &str, root: &str) -> Vec<(usize, String)> {
    let path = format!("{root}::");
    let starts = code.match_indices(&path).filter(|(at, _)| {
        let before = &code[..*at];
        // `other::root::` is another crate's module; `::root::` is the crate.
        let other = before.strip_suffix("::").is_some_and(|before| before.ends_with(is_word));
        !before.ends_with(is_word) && !before.ends_with('$') && !other
    });
    starts
        .flat_map(|(at, _)| group(&code[at + path.len()..]).into_iter().map(move |name| (at, name)))
        .collect()
}

/// The first words of `X::Y…` or of each element of `{X, Y::{Z, W}}`.
fn group(path: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let text = text.trim_start();
        if text.starts_with('*') {
            "*".into()
        } else {
            text.chars().take_while(|c| is_word(*c)).collect()
        }
    };
    let Some(inner) = path.trim_start().strip_prefix('{') else {
        return vec![word(path)];
    };
    let (mut depth, mut names, mut start) = (0usize, Vec::new(), 0);
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.push(word(&inner[start..at]));
                start = at + 1;
                if character == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Problems {
        check(&Source::new(format!("mcp-runtime/src/{path}.rs"), text))
    }

    #[test]
    fn left_is_fine_and_right_is_not() {
        assert!(
            found(
                "server/call",
                "use crate::{wire::jsonrpc::{Id, Frame}, registry};\nuse super::super::wire;"
            )
            .is_empty()
        );
        let problems =
            found("wire/jsonrpc", "use a;\nuse crate::{\n    server::Server,\n    wire::x,\n};");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("mcp-runtime/src/wire/jsonrpc.rs:2: `wire` uses `server`"),
            "{problems:?}"
        );
        assert_eq!(found("wire/jsonrpc", "fn a(b: crate::context::Context) {}").len(), 1);
    }

    #[test]
    fn super_counts_when_it_reaches_the_root() {
        assert_eq!(found("wire/mod", "use super::server::Server;").len(), 1);
        assert_eq!(found("wire", "use super::server::Server;").len(), 1);
        assert_eq!(found("wire/jsonrpc", "use super::server;").len(), 0);
        assert_eq!(found("wire/jsonrpc", "use super::super::server;").len(), 1);
        assert_eq!(found("wire/mod", "fn a() {}\npub mod b { use super::jsonrpc; }").len(), 0);
        assert_eq!(found("wire/mod", "pub mod b { use super::super::server; }").len(), 1);
    }

    #[test]
    fn layers_are_named() {
        assert!(found("server/call", "use crate::Context;")[0].contains("hides its layer"));
        assert!(found("server/call", "use crate::testing::connect;")[0].contains("no layer may"));
        assert!(found("helpers", "")[0].contains("`helpers` is no layer"));
        assert!(found("lib", "pub use crate::cli::run; pub use axum::Router;").is_empty());
        assert!(found("handler/tool", "pub use crate::{__location as location};").is_empty());
        assert!(found("handler/tool", "macro_rules! a { () => { $crate::Item } }").is_empty());
    }

    #[test]
    fn io_stays_in_the_transports() {
        assert_eq!(found("server/call", "use tokio::{net::TcpStream, sync::mpsc, io};").len(), 2);
        assert_eq!(
            found(
                "server/call",
                "tokio::select! {}; tokio::time::sleep(x); std::io::Error::last();"
            )
            .len(),
            0
        );
        assert_eq!(found("context/state", "std::net::IpAddr; ::std::fs::read(x)").len(), 2);
        assert_eq!(
            found("server/call", "fn a(b: axum::Router, c: hyper::Body, d: http::HeaderMap) {}")
                .len(),
            2
        );
        assert_eq!(
            found("transport/http/post", "use axum::Router; use tokio::net::TcpListener;").len(),
            0
        );
        assert_eq!(found("transport/stdio", "use axum::Router; use rustix::fd;").len(), 1);
        assert_eq!(found("cli/run", "use clap::Parser; use hyper::Body;").len(), 1);
        assert_eq!(found("transport/otel/a", "use hyper::Uri; use opentelemetry::Key;").len(), 0);
        assert_eq!(found("transport/otel/a", "use axum::Router;").len(), 1);
        assert_eq!(found("server/watch", "use opentelemetry::Key;").len(), 1);
    }

    #[test]
    fn tests_and_comments_are_free() {
        assert!(
            found(
                "wire/mod",
                "/// [`crate::server::Server`]\n#[cfg(test)]\nmod tests { use crate::server; }"
            )
            .is_empty()
        );
    }
}
