//! `#[prompt]`

use proc_macro2::TokenStream;
use quote::quote;

use crate::definition::{self, Definition};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::parameter::Argument;

pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    definition::expand(Kind::Prompt, attribute, item, |prompt, errors| {
        check_arguments(prompt, errors);
        let (name, schema, run) = (prompt.name(), prompt.schema(), prompt.run());
        quote!(#name, __mcp::location!(), #schema, #run)
    })
}

/// The protocol passes a prompt's arguments as strings.
fn check_arguments(prompt: &Definition, errors: &Errors) {
    let read_from_text = |argument: &&Argument| !argument.flatten && !argument.has_own_decoder();
    for argument in prompt.signature.arguments().filter(read_from_text) {
        if let Some(collection) = argument.collection() {
            let message = format!(
                "a prompt's arguments are strings, which {collection} cannot come from; take a `String` and split it in the body"
            );
            errors.at(&argument.written, message);
        }
    }
}
