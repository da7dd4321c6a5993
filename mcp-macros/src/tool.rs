//! `#[tool]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::definition::{self, Definition};
use crate::errors::Errors;
use crate::kind::Kind;

pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    definition::expand(Kind::Tool, attribute, item, |tool, errors| {
        check_name(tool, errors);
        let (name, schema, run) = (tool.name(), tool.schema(), tool.run());
        let output = tool.signature.output();
        quote!(#name, __mcp::location!(), #schema, __mcp::tool_output!(#output), #run)
    })
}

/// The characters and the length every client accepts.
fn check_name(tool: &Definition, errors: &Errors) {
    const LONGEST: usize = 128;
    let (name, at, remedy) = match tool.settings.text("name") {
        Some(name) => (name.value(), name.to_token_stream(), ""),
        None => (
            tool.signature.name(),
            tool.signature.ident.to_token_stream(),
            "; give it one with `name = \"..\"`",
        ),
    };
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if let Some(wrong) = name.chars().find(|c| !is_allowed(c)) {
        let wrong = wrong.escape_debug();
        errors.at(
            at,
            format!("a tool's name is made of A-Z a-z 0-9 _ - and ., not `{wrong}`{remedy}"),
        );
    } else if name.is_empty() || name.len() > LONGEST {
        let length = name.len();
        errors.at(at, format!("a tool's name has 1 to {LONGEST} characters, not {length}{remedy}"));
    }
}
