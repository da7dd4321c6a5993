//! What is left beside the errors, so that they stay the only ones: the author's item, and a definition that
//! `tools![..]` can name.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::FnArg;

use crate::definition::constant_name;
use crate::item::Function;
use crate::kind::Kind;

/// For an item that is not a function, or not one yet: it stays as it is.
pub(crate) fn not_a_function(kind: Kind, item: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = syn::Error::new(error.span(), format!("{kind} goes on a function: {error}"))
        .into_compile_error();
    quote!(#error #item)
}

pub(crate) fn keep(
    kind: Kind,
    function: &Function,
    runtime: &TokenStream,
    errors: &syn::Error,
) -> TokenStream {
    let errors = errors.to_compile_error();
    let constant = constant(kind, function, runtime);
    quote!(#errors #function #constant)
}

/// Never served: the build has failed. It is not `panic!()`, because the compiler evaluates constants all the same.
fn constant(kind: Kind, function: &Function, runtime: &TokenStream) -> Option<TokenStream> {
    let is_method = function.sig.inputs.iter().any(|input| matches!(input, FnArg::Receiver(_)));
    if is_method {
        return None;
    }
    let (vis, constant) = (&function.vis, constant_name(&function.sig.ident));
    let (item, def) = (kind.variant(), kind.definition());
    let uri = (kind == Kind::Resource).then(|| quote!(__mcp::UriTemplate::new("", &[]),));
    let output = (kind == Kind::Tool).then(|| quote!(__mcp::tool_output!(()),));
    let cfgs = function.cfgs().map(ToTokens::to_token_stream);
    Some(quote! {
        #(#cfgs)*
        #[doc(hidden)]
        // Named after the function, like the real one.
        #[allow(non_upper_case_globals)]
        #vis const #constant: #runtime::Item = {
            use #runtime::__private as __mcp;
            __mcp::Item::#item(&__mcp::#def::new(
                "", __mcp::location!(), #uri __mcp::no_arguments, #output __mcp::Run::Sync(|_| ::core::unreachable!())
            ))
        };
    })
}
