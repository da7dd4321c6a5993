//! What the three attributes have in common: from the attribute and the function to the function, unchanged, and a
//! hidden constant beside it.
//!
//! Generated code decides nothing. It holds names, types, literals and calls into `mcp_runtime::__private`, so that a
//! fix of the runtime never needs a new expansion.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Attribute;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use crate::arguments::{self, here};
use crate::attr::Settings;
use crate::complete;
use crate::docs;
use crate::errors::Errors;
use crate::fallback;
use crate::header;
use crate::item::Function;
use crate::kind::Kind;
use crate::parameter::{Argument, Parameter, Source};
use crate::signature::Signature;

pub(crate) struct Definition {
    pub(crate) kind: Kind,
    pub(crate) settings: Settings,
    pub(crate) signature: Signature,
    function: Function,
}

/// Expands one attribute. `new` checks what only its kind asks for, and writes the arguments of `ToolDef::new` or its
/// siblings.
pub(crate) fn expand(
    kind: Kind,
    attribute: TokenStream,
    item: &TokenStream,
    new: impl FnOnce(&Definition, &Errors) -> TokenStream,
) -> TokenStream {
    let function: Function = match syn::parse2(item.clone()) {
        Ok(function) => function,
        Err(error) => return fallback::not_a_function(kind, item, &error),
    };
    let errors = Errors::new();
    let mut definition = Definition::parse(kind, attribute, function, &errors);
    let new = new(&definition, &errors);
    definition.function.strip_parameters();
    match errors.finish() {
        Ok(()) => definition.expand(&new),
        Err(errors) => {
            definition.function.attrs.retain(|attr| !is_sibling(attr));
            fallback::keep(kind, &definition.function, &definition.runtime(), &errors)
        }
    }
}

/// `add` → `__mcp_add`, which `tools![..]` finds by the same rule.
pub(crate) fn constant_name(function: &Ident) -> Ident {
    format_ident!("__mcp_{}", function.unraw(), span = function.span())
}

impl Definition {
    fn parse(kind: Kind, attribute: TokenStream, function: Function, errors: &Errors) -> Self {
        let settings = Settings::parse(kind, attribute, errors);
        let signature = Signature::parse(kind, &function.sig, errors);
        let definition = Definition { kind, settings, signature, function };
        definition.check_policy(errors);
        definition.check_neighbours(errors);
        header::check(&definition, errors);
        complete::check(&definition, errors);
        definition
    }

    /// `blocking` and `inline` say where a sync function runs; an async one has no such choice.
    fn check_policy(&self, errors: &Errors) {
        let flags = ["blocking", "inline"]
            .map(|flag| self.settings.written(flag).filter(|_| self.settings.flag(flag)));
        if let [Some(_), Some(inline)] = flags {
            errors.at(inline, "`blocking` and `inline` exclude each other: a call runs on its own thread or in place");
        } else if let Some(flag) =
            flags.into_iter().flatten().next().filter(|_| self.signature.is_async)
        {
            errors.at(flag, format!("`{flag}` is for functions that are not `async`: an async function waits by itself"));
        }
    }

    /// Two of our attributes on one function would both define its constant.
    fn check_neighbours(&self, errors: &Errors) {
        for other in self.function.attrs.iter().filter(|attr| is_sibling(attr)) {
            let message = format!(
                "{} is already on this function; write one function for each and share their code",
                self.kind
            );
            errors.at(other, message);
        }
    }

    /// The name a client sees, as an expression.
    pub(crate) fn name(&self) -> TokenStream {
        match self.settings.text("name") {
            Some(name) => name.to_token_stream(),
            None => self.signature.name().into_token_stream(),
        }
    }

    /// The `SchemaFn` of the arguments.
    pub(crate) fn schema(&self) -> TokenStream {
        match self.signature.arguments().next() {
            Some(_) => quote!(__ARGUMENTS.schema()),
            None => quote!(__mcp::no_arguments),
        }
    }

    /// How the shim is to be run.
    pub(crate) fn run(&self) -> TokenStream {
        if self.signature.is_async {
            return quote!(__mcp::Run::Async(|__call| ::std::boxed::Box::pin(__run(__call))));
        }
        match (self.settings.flag("blocking"), self.settings.flag("inline")) {
            (true, _) => quote!(__mcp::Run::Blocking(__run)),
            (_, true) => quote!(__mcp::Run::Inline(__run)),
            _ => quote!(__mcp::Run::Sync(__run)),
        }
    }

    /// The path of the runtime crate: `crate = ..`, or the name everyone gives it.
    fn runtime(&self) -> TokenStream {
        self.settings.expression("crate").unwrap_or_else(|| quote!(::mcp_runtime))
    }

    fn expand(&self, new: &TokenStream) -> TokenStream {
        let Definition { kind, function, signature, .. } = self;
        let runtime = self.runtime();
        let allows = self.allows();
        let cfgs = function.cfgs();
        let (vis, constant) = (&function.vis, constant_name(&signature.ident));
        let (item, def) = (kind.variant(), kind.definition());
        let (arguments, shim) = (arguments::expand(signature, &kind.arguments()), self.shim());
        let (description, settings) = (self.description(), self.settings());
        let is_set = settings.is_some().then(|| quote!(.settings(&__SETTINGS)));
        quote! {
            #function

            #(#cfgs)*
            #[doc(hidden)]
            // The constant is named after the function, and calls it.
            #[allow(#allows)]
            #vis const #constant: #runtime::Item = {
                use #runtime::__private as __mcp;
                #arguments
                #shim
                #settings
                // A constant would be in the program once for each place that names it.
                static __DEF: __mcp::#def = __mcp::#def::new(#new) #description #is_set;
                const __ITEM: __mcp::Item = __mcp::Item::#item(&__DEF);
                __mcp::inventory::submit! { __ITEM }
                __ITEM
            };
        }
    }

    /// The function every call of this item goes through.
    fn shim(&self) -> TokenStream {
        let signature = &self.signature;
        let Signature { ident, parameters, is_async, .. } = signature;
        let outcome = self.kind.outcome();
        let result = self.kind.result_macro(here(signature.output_span()));
        let asyncness = is_async.then(|| quote!(async));
        let values = parameters.iter().map(|parameter| self.value(parameter));
        let at_name = here(ident.span());
        let mut call = quote_spanned!(at_name=> #ident(#(#values),*));
        if *is_async {
            call = quote_spanned!(at_name=> __mcp::future_must_be_send(#call).await);
        }
        let arguments = (signature.arguments().next())
            .map(|_| quote!(let __arguments = __ARGUMENTS.read(&__call)?;));
        let result = quote_spanned!(here(signature.output_span())=> __mcp::#result!(__value));
        quote! {
            #asyncness fn __run(__call: __mcp::Call) -> __mcp::#outcome {
                #arguments
                let __value = #call;
                #result
            }
        }
    }

    /// What the function is called with for this parameter.
    fn value(&self, parameter: &Parameter) -> TokenStream {
        let Parameter { cfgs, source } = parameter;
        let value = match source {
            Source::State(ty) => quote_spanned!(here(ty.span())=> __call.state::<#ty>()),
            Source::StateDyn(ty) => quote_spanned!(here(ty.span())=> __call.state_dyn::<#ty>()),
            Source::Extract(ty) => quote_spanned!(here(ty.span())=> __call.extract::<#ty>()?),
            Source::Argument(_) if self.signature.sole_flattened().is_some() => quote!(__arguments),
            Source::Argument(Argument { ident, lent: true, .. }) => quote!(&__arguments.#ident),
            Source::Argument(Argument { ident, .. }) => quote!(__arguments.#ident),
        };
        quote!(#(#cfgs)* #value)
    }

    fn description(&self) -> Option<TokenStream> {
        let written = self.settings.expression("description");
        let text = written.or_else(|| docs::description(&self.function.attrs))?;
        Some(quote!(.description(#text)))
    }

    /// `static __SETTINGS`: what only some functions have; nothing for one that has none of it.
    fn settings(&self) -> Option<TokenStream> {
        let written = self.settings.setters();
        let needs: Vec<TokenStream> = self.signature.parameters.iter().filter_map(need).collect();
        let needs = (!needs.is_empty()).then(|| quote!(.needs(&[#(#needs),*])));
        let (headers, completers) = (header::setter(self), complete::setter(self));
        let setters = quote!(#written #headers #completers #needs);
        let settings = self.kind.settings();
        (!setters.is_empty()).then(
            || quote!(static __SETTINGS: __mcp::#settings = __mcp::#settings::new() #setters;),
        )
    }

    /// The lints our constant would trip, and no other.
    fn allows(&self) -> TokenStream {
        // A deprecated function is still served.
        let deprecated = self.function.has_attribute("deprecated").then(|| quote!(, deprecated));
        quote!(non_upper_case_globals #deprecated)
    }
}

/// State that must be there when the server starts.
fn need(parameter: &Parameter) -> Option<TokenStream> {
    let Parameter { cfgs, source } = parameter;
    match source {
        Source::State(ty) | Source::StateDyn(ty) => {
            Some(quote!(#(#cfgs)* __mcp::Need::of::<#ty>()))
        }
        Source::Argument(_) | Source::Extract(_) => None,
    }
}

fn is_sibling(attr: &Attribute) -> bool {
    let segments = &attr.path().segments;
    let ours = segments.len() == 1 || segments[0].ident == "mcp_runtime";
    ours && segments
        .last()
        .is_some_and(|last| Kind::ALL.iter().any(|kind| last.ident == kind.noun()))
}
