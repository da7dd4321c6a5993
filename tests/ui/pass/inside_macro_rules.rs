//! Types, names and literals may come from a `macro_rules!`.
#![deny(warnings)]

use mcp_runtime::{prompt, resource, tool, tools};

macro_rules! server {
    ($vis:vis $name:ident($argument:ident: $type:ty, $text:ty, $state:ty) -> $returned:ty, $doc:literal, $title:literal) => {
        #[doc = $doc]
        #[tool(title = $title)]
        $vis fn $name(
            #[doc = $doc] $argument: $type,
            text: $text,
            #[serde(default)] other: Option<$type>,
            list: &[$type],
            state: $state,
        ) -> $returned {
            let _ = (text, other, list, state);
            $argument
        }
    };
}

macro_rules! resource_and_prompt {
    ($uri:literal, $variable:ident, $type:ty) => {
        #[resource($uri)]
        async fn page($variable: $type) -> String {
            $variable.to_string()
        }

        #[prompt]
        fn ask($variable: $type) -> String {
            $variable.to_string()
        }
    };
}

server!(pub(crate) first(a: i64, &str, &u128Holder) -> i64, "One.", "First");
resource_and_prompt!("book://{number}", number, u32);

#[allow(non_camel_case_types)]
struct u128Holder;

fn main() {
    let _ = tools![first, page, ask];
}
