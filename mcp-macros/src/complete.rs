//! `#[complete(..)]`: what a client may offer while somebody types an argument.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::arguments::here;
use crate::definition::Definition;
use crate::errors::Errors;
use crate::kind::Kind;

/// The protocol completes what people type.
pub(crate) fn check(definition: &Definition, errors: &Errors) {
    let completed =
        definition.signature.arguments().filter_map(|argument| argument.complete.as_ref());
    for complete in completed.filter(|_| definition.kind == Kind::Tool) {
        let message = "people type the arguments of prompts and the variables of URIs, which can be completed; \
                       those of a tool come from a model: make the type an enum to tell it the values";
        errors.at(complete, message);
    }
}

/// `.completers(&[..])`
pub(crate) fn setter(definition: &Definition) -> Option<TokenStream> {
    let parameters = definition.signature.parameters.iter();
    let completers: Vec<_> = parameters
        .filter_map(|parameter| {
            let argument = parameter.argument()?;
            let (name, complete, cfgs) =
                (argument.name(), argument.complete.as_ref()?, &parameter.cfgs);
            let make = quote_spanned!(here(complete.span())=> __mcp::completing(#complete));
            Some(quote!(#(#cfgs)* __mcp::Completer::new(#name, || #make)))
        })
        .collect();
    (!completers.is_empty()).then(|| quote!(.completers(&[#(#completers),*])))
}
