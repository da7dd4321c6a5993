//! The signature → what the generated code needs to know of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Safety, Type};

use crate::errors::Errors;
use crate::kind::Kind;
use crate::parameter::{Argument, Parameter};
use crate::types::{find_impl, returned, with_static_lifetimes};

pub(crate) struct Signature {
    pub(crate) ident: Ident,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Parameter>,
    /// Whether all parameters could be read; what is missing otherwise is known already.
    pub(crate) is_complete: bool,
    output: Option<Type>,
}

impl Signature {
    pub(crate) fn parse(kind: Kind, sig: &syn::Signature, errors: &Errors) -> Self {
        check_qualifiers(kind, sig, errors);
        check_generics(kind, sig, errors);
        check_output(sig, errors);
        let parameters = sig.inputs.iter().filter_map(|input| match input {
            FnArg::Receiver(receiver) => {
                let message = format!(
                    "{kind} goes on a function without `self`; take state by reference: `db: &Db`"
                );
                errors.at(receiver, message);
                None
            }
            FnArg::Typed(typed) => Parameter::parse(typed, errors),
        });
        let parameters: Vec<Parameter> = parameters.collect();
        let is_complete = parameters.len() == sig.inputs.len();
        Signature {
            ident: sig.ident.clone(),
            is_async: sig.asyncness.is_some(),
            parameters,
            is_complete,
            output: returned(&sig.output).cloned(),
        }
    }

    /// The function's name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Argument> {
        self.parameters.iter().filter_map(Parameter::argument)
    }

    /// The argument that is the whole of the arguments: the only one, and flattened. It is read directly then.
    pub(crate) fn sole_flattened(&self) -> Option<&Argument> {
        let mut arguments =
            self.parameters.iter().filter(|parameter| parameter.argument().is_some());
        let (first, rest) = (arguments.next()?, arguments.next());
        let sole =
            first.argument().filter(|argument| argument.flatten && argument.attrs.is_empty());
        sole.filter(|_| rest.is_none() && first.cfgs.is_empty())
    }

    /// The return type, nameable outside the function.
    pub(crate) fn output(&self) -> TokenStream {
        self.output.as_ref().map_or_else(|| quote!(()), with_static_lifetimes)
    }

    /// Where to report that the value cannot be returned.
    pub(crate) fn output_span(&self) -> Span {
        self.output.as_ref().map_or_else(|| self.ident.span(), Spanned::span)
    }
}

fn check_qualifiers(kind: Kind, sig: &syn::Signature, errors: &Errors) {
    if let Safety::Unsafe(unsafety) = &sig.safety {
        let message = format!(
            "{kind} is called with what a client sends, so it cannot be `unsafe`; wrap it in a safe function"
        );
        errors.at(unsafety, message);
    }
    if let Some(abi) = &sig.abi {
        errors.at(abi, format!("{kind} is called from Rust: leave the ABI out"));
    }
    if let Some(variadic) = &sig.variadic {
        errors.at(variadic, format!("{kind} has a fixed list of arguments; take a `Vec<T>`"));
    }
}

fn check_generics(kind: Kind, sig: &syn::Signature, errors: &Errors) {
    for parameter in &sig.generics.params {
        match parameter {
            GenericParam::Lifetime(_) => {}
            GenericParam::Type(_) | GenericParam::Const(_) => {
                let message = format!(
                    "{kind} is called with values from the wire, so it cannot be generic: name the type"
                );
                errors.at(parameter, message);
            }
        }
    }
}

/// An opaque type cannot be named in the definition.
fn check_output(sig: &syn::Signature, errors: &Errors) {
    let opaque = find_impl(returned(&sig.output).to_token_stream());
    if opaque.is_some() {
        errors.at(
            returned(&sig.output),
            "the return type decides how the result is encoded: name it",
        );
    }
}
