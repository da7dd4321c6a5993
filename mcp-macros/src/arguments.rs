//! The JSON arguments of a function: the struct they are read into, and the constant that knows how.
//!
//! The struct is generic in its fields' types. Its derives then hold for any type that can be an argument, and the one
//! place that names the real types, the call of `__arguments`, is where the compiler reports one that cannot. With
//! the types in the struct, a single missing `Deserialize` is three errors about serde's insides.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::parameter::{Argument, Parameter};
use crate::signature::Signature;

/// `const __ARGUMENTS` and what it needs; nothing for a function without arguments.
/// `make` is the function of the runtime that knows whether they come as JSON or as text.
pub(crate) fn expand(signature: &Signature, make: &Ident) -> Option<TokenStream> {
    signature.arguments().next()?;
    if let Some(Argument { written, .. }) = signature.sole_flattened() {
        let made = quote_spanned!(here(written.span())=> __mcp::#make::<#written>());
        return Some(quote!(const __ARGUMENTS: __mcp::Arguments<#written> = #made;));
    }
    let fields: Vec<Field<'_>> = fields(signature);
    let definitions = fields.iter().map(Field::definition);
    let (names, types): (Vec<_>, Vec<_>) = fields.iter().filter_map(Field::generic).unzip();
    Some(quote! {
        #[derive(__mcp::serde::Deserialize, __mcp::schemars::JsonSchema)]
        #[serde(crate = "__mcp::serde")]
        #[schemars(crate = "__mcp::schemars")]
        struct __Arguments<#(#names),*> { #(#definitions),* }

        const fn __arguments<#(#names: __mcp::Argument),*>() -> __mcp::Arguments<__Arguments<#(#names),*>> {
            __mcp::#make()
        }
        const __ARGUMENTS: __mcp::Arguments<__Arguments<#(#types),*>> = __arguments::<#(#types),*>();
    })
}

/// A place in the author's code, for names of ours.
pub(crate) fn here(span: Span) -> Span {
    span.resolved_at(Span::call_site())
}

struct Field<'a> {
    parameter: &'a Parameter,
    argument: &'a Argument,
    /// Stands for the type. A field that serde or schemars is told something about has none: what they are told may
    /// hold for the real type only. Nor has one with a `#[cfg]`, which cannot be on a type's argument.
    generic: Option<Ident>,
}

fn fields(signature: &Signature) -> Vec<Field<'_>> {
    let arguments = signature
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter, parameter.argument()?)));
    let field = |(position, (parameter, argument))| Field::new(position, parameter, argument);
    arguments.enumerate().map(field).collect()
}

impl<'a> Field<'a> {
    fn new(position: usize, parameter: &'a Parameter, argument: &'a Argument) -> Self {
        let is_plain = parameter.cfgs.is_empty() && argument.is_plain();
        Field { parameter, argument, generic: is_plain.then(|| format_ident!("__T{position}")) }
    }

    fn definition(&self) -> TokenStream {
        let Argument { ident, attrs, owned, flatten, .. } = self.argument;
        let cfgs = &self.parameter.cfgs;
        let flatten = flatten.then(|| quote!(#[serde(flatten)]));
        let ty = self.generic.as_ref().map_or_else(|| owned.clone(), |name| quote!(#name));
        quote!(#(#cfgs)* #(#attrs)* #flatten #ident: #ty)
    }

    /// The type parameter and its type.
    fn generic(&self) -> Option<(&Ident, &TokenStream)> {
        Some((self.generic.as_ref()?, &self.argument.owned))
    }
}
