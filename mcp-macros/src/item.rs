//! The annotated function. Its body stays tokens: a half-typed body is for the compiler to report, and
//! editors keep working in it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Visibility};

use crate::parameter;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: syn::Signature,
    body: TokenStream,
}

impl Function {
    /// The attributes among its own that decide whether it exists at all.
    pub(crate) fn cfgs(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg"))
    }

    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attrs.iter().any(|attr| attr.path().is_ident(name))
    }

    /// Takes off the parameters what only our attributes understand; the compiler would refuse it.
    pub(crate) fn strip_parameters(&mut self) {
        for input in &mut self.sig.inputs {
            let attrs = match input {
                FnArg::Receiver(receiver) => &mut receiver.attrs,
                FnArg::Typed(typed) => &mut typed.attrs,
            };
            attrs.retain(|attr| !parameter::is_ours(attr));
        }
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        if let Some(other) = first_non_function_token(&input.fork().parse()?) {
            let message = format!("expected `fn`, found `{other}`");
            return Err(syn::Error::new_spanned(other, message));
        }
        Ok(Function { attrs, vis, sig: input.parse()?, body: input.parse()? })
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// What stands where `fn` should: `const`, `async`, `unsafe` and `extern "C"` may come before it.
fn first_non_function_token(tokens: &TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.clone().into_iter();
    let start = tokens.clone().next()?;
    let stranger = tokens.find(|token| !is_qualifier(token))?;
    let is_fn = matches!(&stranger, TokenTree::Ident(ident) if ident == "fn");
    (!is_fn).then_some(start)
}

fn is_qualifier(token: &TokenTree) -> bool {
    let qualifies =
        |ident: &Ident| ["const", "async", "unsafe", "extern"].iter().any(|word| ident == word);
    match token {
        TokenTree::Ident(ident) => qualifies(ident),
        TokenTree::Literal(_) => true,
        TokenTree::Group(_) | TokenTree::Punct(_) => false,
    }
}
