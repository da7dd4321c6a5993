//! One expansion per shape of function, as a person would read it: `tests/expand/*.rs`.
//!
//! `UPDATE_EXPAND=1 cargo test -p mcp-runtime-macros` writes them anew. Read the difference before you commit it.

use std::path::Path;
use std::{env, fs};

use proc_macro2::TokenStream;
use quote::quote;

use crate::{prompt, resource, tool};

macro_rules! snapshot {
    ($name:ident: #[$kind:ident $(($($keys:tt)*))?] $($item:tt)*) => {
        #[test]
        fn $name() {
            check(stringify!($name), &$kind::expand(quote!($($($keys)*)?), &quote!($($item)*)));
        }
    };
}

snapshot! { tool_without_arguments:
    #[tool]
    fn now() -> String { body() }
}

snapshot! { tool_with_arguments:
    #[tool]
    /// Adds two numbers.
    ///
    /// Exactly.
    #[another::attribute]
    pub(crate) fn add(
        /// First addend
        a: i64,
        /// Second addend
        #[serde(default, rename = "with")]
        #[allow(unused_mut)]
        mut b: i64,
    ) -> i64 { a + b }
}

snapshot! { tool_async_with_every_parameter:
    #[tool]
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
}

snapshot! { tool_with_flattened_arguments:
    #[tool(inline)]
    fn find(db: &Db, #[arg(flatten)] query: Query) -> &str { body() }
}

snapshot! { tool_with_every_key:
    #[tool(
        name = "files.read", title = "Read a file", description = "Reads.", read_only, destructive = false,
        idempotent, open_world = false, blocking, timeout = "30s", scopes("files:read", "files:list"),
        max_concurrency = 4,
        input_schema = schemas::MOVE, output_schema = include_str!("moved.json"),
        icon("https://example.com/a.png", mime_type = "image/png", sizes = "48x48 96x96", theme = "dark"),
        meta("com.example/owner" = "files", "beta" = true), crate = facade::mcp
    )]
    /// Not said to clients.
    #[cfg(unix)]
    #[deprecated]
    fn r#move(r#type: String) {}
}

snapshot! { tool_with_headers:
    #[tool]
    fn scale(
        #[arg(header = "Region")] region: &str,
        #[cfg(unix)] #[arg(header = "Copies")] #[serde(rename = "n")] copies: Option<u8>,
    ) {}
}

snapshot! { resource_fixed:
    #[resource(
        "config://app", mime_type = "application/json", size = 512, audience(user, assistant), priority = 0.5,
        last_modified = "1999-12-31", ttl = "60s", scope = "public"
    )]
    /// The configuration.
    fn config(app: &App) -> Config { app.config() }
}

snapshot! { resource_template:
    #[resource("repo://{owner}/files{/path*}{?rev,full}")]
    async fn file(
        #[serde(rename = "owner")] user: &str,
        path: Vec<String>,
        rev: Option<String>,
        full: bool,
    ) -> Option<Vec<u8>> { body() }
}

snapshot! { prompt_with_arguments:
    #[prompt(title = "Explain")]
    /// Explains a query.
    fn explain(
        /// SQL
        query: String,
        depth: Option<u8>,
    ) -> String { body() }
}

snapshot! { prompt_with_completion:
    #[prompt]
    fn visit(
        #[complete(cities)] city: String,
        #[cfg(unix)] #[complete(["day", "night"])] #[serde(rename = "time")] when: Option<String>,
    ) -> String { body() }
}

snapshot! { two_mistakes:
    #[tool(titel = "T")]
    pub fn greet(
        /// Whom
        #[serde(default)] name: &String,
    ) -> String { body() }
}

/// `crate = ..` is for those who cannot name our crate: nothing else in an expansion may.
#[test]
fn another_path_replaces_every_mention() {
    let good = quote!(
        fn f(a: u8, b: &B, #[ctx] c: C) -> u8 {
            a
        }
    );
    let bad = quote!(
        fn f(a: &String) {}
    );
    for item in [good, bad] {
        let expansions = [
            tool::expand(quote!(icon("data:x"), crate = facade), &item),
            resource::expand(quote!("a://{a}", audience(user), crate = facade), &item),
            prompt::expand(quote!(crate = facade), &item),
        ];
        for expansion in expansions {
            let expansion = expansion.to_string();
            assert!(expansion.contains("facade"), "{expansion}");
            assert!(!expansion.contains("mcp_runtime"), "{expansion}");
        }
    }
}

fn check(name: &str, expansion: &TokenStream) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/expand/{name}.rs"));
    let expansion = prettyplease::unparse(&syn::parse2(expansion.clone()).expect("valid Rust"));
    if env::var_os("UPDATE_EXPAND").is_some() {
        fs::write(&path, &expansion).expect("tests/expand is writable");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expansion, expected, "{} differs; see snapshots.rs", path.display());
}
