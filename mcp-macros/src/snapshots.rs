//! One expansion per shape of function, as a person would read it: `tests/expand/*.rs`.
//!
//! `UPDATE_EXPAND=1 cargo test -p mcp-runtime-macros` writes them anew. Read the difference before you commit it.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{prompt, resource, tool};

#[test]
fn tool_without_arguments() {
    check(
        "tool_without_arguments",
        tool::expand(
            quote!(),
            quote! {
                fn now() -> String { body() }
            },
        ),
    );
}

#[test]
fn tool_with_arguments() {
    check(
        "tool_with_arguments",
        tool::expand(
            quote!(),
            quote! {
                /// Adds two numbers.
                ///
                /// Exactly.
                #[tool_box::marked]
                pub(crate) fn add(
                    /// First addend
                    a: i64,
                    /// Second addend
                    #[serde(default, rename = "with")]
                    #[allow(unused_mut)]
                    mut b: i64,
                ) -> i64 { a + b }
            },
        ),
    );
}

#[test]
fn tool_async_with_everything() {
    check(
        "tool_async_with_everything",
        tool::expand(
            quote!(),
            quote! {
                /// Searches.
                pub async fn search<'a>(
                    ctx: &Context,
                    db: &'a Db<'a>,
                    store: &(dyn Store + Send + Sync),
                    #[ctx] user: User,
                    query: &str,
                    ids: &[u64],
                    #[arg(flatten)] page: Page,
                    #[cfg(feature = "order")] order: Order,
                ) -> Result<Vec<Hit>, Error<'a>> { body().await }
            },
        ),
    );
}

#[test]
fn tool_with_flattened_arguments() {
    check(
        "tool_with_flattened_arguments",
        tool::expand(
            quote!(inline),
            quote! {
                fn find(db: &Db, #[arg(flatten)] query: Query) -> &'static str { body() }
            },
        ),
    );
}

#[test]
fn tool_with_every_key() {
    let keys = quote! {
        name = "files.read", title = "Read a file", description = "Reads.", read_only, destructive = false, idempotent,
        open_world = false, blocking, timeout = "30s",
        icon("https://example.com/a.png", mime_type = "image/png", sizes = "48x48 96x96", theme = "dark"),
        meta("com.example/owner" = "files", "beta" = true), crate = facade::mcp
    };
    check(
        "tool_with_every_key",
        tool::expand(
            keys,
            quote! {
                /// Not said to clients.
                #[cfg(unix)]
                #[deprecated]
                fn r#move(r#type: String) {}
            },
        ),
    );
}

#[test]
fn resource_fixed() {
    let keys = quote! {
        "config://app", mime_type = "application/json", size = 512, audience(user, assistant), priority = 0.5,
        last_modified = "1999-12-31"
    };
    check(
        "resource_fixed",
        resource::expand(
            keys,
            quote! {
                /// The configuration.
                fn config(app: &App) -> Config { app.config() }
            },
        ),
    );
}

#[test]
fn resource_template() {
    check(
        "resource_template",
        resource::expand(
            quote!("repo://{owner}/files{/path*}{?rev,full}"),
            quote! {
                async fn file(
                    #[serde(rename = "owner")] user: &str,
                    path: Vec<String>,
                    rev: Option<String>,
                    full: bool,
                ) -> Option<Vec<u8>> { body() }
            },
        ),
    );
}

#[test]
fn prompt_with_arguments() {
    check(
        "prompt_with_arguments",
        prompt::expand(
            quote!(title = "Explain"),
            quote! {
                /// Explains a query.
                fn explain(
                    /// SQL
                    query: String,
                    depth: Option<u8>,
                ) -> String { body() }
            },
        ),
    );
}

#[test]
fn two_mistakes() {
    check(
        "two_mistakes",
        tool::expand(
            quote!(titel = "T"),
            quote! {
                pub fn greet(
                    /// Whom
                    #[serde(default)] name: &String,
                ) -> String { half. }
            },
        ),
    );
}

fn check(name: &str, expansion: TokenStream) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/expand/{name}.rs"));
    let expansion = readable(&expansion);
    if env::var_os("UPDATE_EXPAND").is_some() {
        fs::write(&path, &expansion).expect("tests/expand is writable");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expansion, expected, "{} differs; see the top of snapshots.rs", path.display());
}

/// A body that does not parse is replaced, so that the rest can be formatted.
fn readable(expansion: &TokenStream) -> String {
    let source = expansion.to_string().replace("{ half . }", "{ half() }");
    let file = syn::parse_file(&source).unwrap_or_else(|error| panic!("{error}\n{source}"));
    prettyplease::unparse(&file)
}
