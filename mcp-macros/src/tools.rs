//! `tools![add, files::search]` → the constants beside those functions, in this order.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Path, Token};

use crate::definition::constant_name;

pub(crate) fn expand(paths: TokenStream) -> TokenStream {
    match Punctuated::<Entry, Token![,]>::parse_terminated.parse2(paths) {
        Ok(entries) => {
            let entries = entries.iter();
            quote!([#(#entries),*])
        }
        Err(error) => error.into_compile_error(),
    }
}

/// `#[cfg(..)] files::search`
struct Entry {
    attrs: Vec<Attribute>,
    constant: Path,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let mut constant = input.call(Path::parse_mod_style).map_err(|error| {
            syn::Error::new(
                error.span(),
                "expected the path of an annotated function, such as `files::search`",
            )
        })?;
        if let Some(last) = constant.segments.last_mut() {
            last.ident = constant_name(&last.ident);
        }
        Ok(Entry { attrs, constant })
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Entry { attrs, constant } = self;
        tokens.extend(quote!(#(#attrs)* #constant));
    }
}
