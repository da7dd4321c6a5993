//! Every shape of parameter and return type, under the strictest lints.
#![forbid(unsafe_code)]
#![deny(missing_docs, warnings, unused_qualifications, unreachable_pub)]
#![deny(missing_debug_implementations)]

use std::borrow::Cow;
use std::sync::Arc;

use mcp_runtime::{Context, FromContext, Item, ToolError, prompt, resource, tool, tools};

/// State.
#[derive(Debug)]
pub struct Db(i64);

/// State behind a trait.
pub trait Store: Send + Sync {
    /// Looks up.
    fn get(&self, key: &str) -> Option<String>;
}

/// Made from the request.
#[derive(Debug)]
pub struct User;

impl FromContext for User {
    fn from_context(_: &Context) -> Result<Self, ToolError> {
        Ok(User)
    }
}

/// Several arguments.
#[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
pub struct Page {
    /// Where to start
    pub start: u32,
}

/// A result.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Hit {
    /// What it is called
    pub name: String,
}

/// Adds.
#[tool(title = "Add", read_only, idempotent)]
pub fn add(
    /// First
    a: i64,
    /// Second
    #[serde(default)]
    mut b: i64,
) -> i64 {
    b += a;
    b
}

/// Everything.
#[tool(timeout = "30s")]
#[allow(clippy::too_many_arguments)]
pub async fn everything<'a>(
    ctx: &Context,
    db: &'a Db,
    store: &dyn Store,
    other: &(dyn Store + Send + Sync),
    #[ctx] _: User,
    query: &'a str,
    ids: &[u64],
    #[arg(flatten)] page: Page,
    text: Option<Cow<'static, str>>,
) -> Result<Vec<Hit>, ToolError> {
    std::future::ready(()).await;
    let _ = (ctx, db.0, store.get(query), other.get(query), ids, page.start, text);
    Ok(Vec::new())
}

/// Finds.
#[tool]
fn find(_: &Arc<Db>, #[arg(flatten)] page: Page) -> &'static str {
    let _ = page;
    "found"
}

#[tool]
fn echo<'a>(text: &'a str, _other: &str) -> Result<&'a str, String> {
    Ok(text)
}

#[tool(blocking)]
fn nothing() {}

#[tool(inline)]
fn conditional(#[cfg(unix)] a: i64, #[cfg(not(unix))] b: String, #[cfg(any())] db: &Db, #[cfg(any())] c: Missing) -> i64 {
    a
}

#[tool]
#[cfg(any())]
fn absent(missing: Missing) {}

#[tool]
#[deprecated]
fn old() {}

#[tool]
fn r#move(r#type: String, r#ref: &str) -> String {
    r#type + r#ref
}

#[resource("config://app", priority = 0.5, audience(user), last_modified = "1999-12-31")]
fn config(db: &Db) -> String {
    db.0.to_string()
}

#[resource("repo://{owner}/files{/path*}{?rev}")]
async fn file(#[serde(rename = "owner")] user: &str, path: &[String], rev: Option<u32>) -> Option<Vec<u8>> {
    let _ = (user, path, rev);
    None
}

#[prompt(icon("https://example.com/a.png", theme = "dark"), meta("com.example/a" = 1))]
fn explain(query: &str, depth: Option<u8>) -> String {
    format!("{query} {depth:?}")
}

mod inner {
    #[mcp_runtime::tool]
    pub(crate) fn search(text: String) -> String {
        text
    }
}

fn main() {
    #[tool]
    fn local(a: u8) -> u8 {
        a
    }
    let none: [Item; 0] = tools![];
    let _ = none;
    let all = tools![
        add, everything, find, echo, nothing, conditional, old, r#move, config, file, explain, inner::search,
        inner::search, local, #[cfg(any())] absent,
    ];
    assert_eq!(all.len(), 14);
    // Whatever is annotated is found without a list, `inner::search` once and `local` too.
    assert_eq!(inventory::iter::<Item>.into_iter().count(), 13);
}
