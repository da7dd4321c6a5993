//! `#[resource("uri")]`

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::attr::nearest;
use crate::definition::{self, Definition};
use crate::errors::Errors;
use crate::kind::Kind;
use crate::parameter::Argument;
use crate::uri::{self, Part, Variable};

pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    definition::expand(Kind::Resource, attribute, item, |resource, errors| {
        let uri = template(resource, errors);
        let (name, schema, run) = (resource.name(), resource.schema(), resource.run());
        quote!(#name, __mcp::location!(), #uri, #schema, #run)
    })
}

/// The `UriTemplate`, checked against the parameters.
fn template(resource: &Definition, errors: &Errors) -> Option<TokenStream> {
    let Some(source) = &resource.settings.uri else {
        let message = "a resource starts with its URI: `#[resource(\"config://app\")]`";
        errors.push(syn::Error::new(Span::call_site(), message));
        return None;
    };
    let parts = uri::parse(&source.value()).map_err(|wrong| errors.at(source, wrong)).ok()?;
    check_variables(resource, source, &parts, errors);
    check_arguments(resource, &parts, errors);
    Some(quote!(__mcp::UriTemplate::new(#source, &[#(#parts),*])))
}

/// Each variable has a parameter to go to. A flattened struct may hold any of them.
fn check_variables(resource: &Definition, source: &LitStr, parts: &[Part], errors: &Errors) {
    let may_be_elsewhere = resource.signature.arguments().any(|argument| argument.flatten);
    if may_be_elsewhere || !resource.signature.is_complete {
        return;
    }
    let names: Vec<String> =
        resource.signature.arguments().map(|argument| argument.name()).collect();
    for Variable { name, .. } in uri::variables(parts) {
        if !names.contains(name) {
            let function = resource.signature.name();
            let message = format!(
                "the variable `{name}` has no parameter; give `{function}` one: `{name}: String`"
            );
            errors.at(source, message);
        }
    }
}

/// Each argument has a variable to come from, which brings text.
fn check_arguments(resource: &Definition, parts: &[Part], errors: &Errors) {
    let names: Vec<&str> = uri::variables(parts).map(|variable| &*variable.name).collect();
    for argument in resource.signature.arguments().filter(|argument| !argument.flatten) {
        let name = argument.name();
        let Some(variable) = uri::variables(parts).find(|variable| variable.name == name) else {
            errors.at(&argument.ident, missing(&name, &names));
            continue;
        };
        if let Some(wrong) = misfit(variable, argument) {
            errors.at(&argument.written, wrong);
        }
    }
}

/// Why the variable's value visibly cannot become the argument's.
fn misfit(variable: &Variable, argument: &Argument) -> Option<String> {
    let name = &variable.name;
    if argument.has_own_decoder() {
        return None;
    }
    if variable.explode {
        let wrong =
            format!("`{{/{name}*}}` brings a list of path segments; take `&[String]` or a `Vec`");
        return argument.is_scalar().then_some(wrong);
    }
    let collection = argument.collection()?;
    Some(format!(
        "the variable `{name}` brings one text, which {collection} cannot come from; take a `String`, or a list of path segments by `{{/{name}*}}`"
    ))
}

fn missing(name: &str, variables: &[&str]) -> String {
    match (variables, nearest(name, variables)) {
        ([], _) => format!(
            "a fixed URI brings no arguments; put `{{{name}}}` into it, or take state by reference"
        ),
        (_, Some(near)) => format!("the URI has no variable `{name}`; did you mean `{near}`?"),
        (_, None) => format!("the URI has no variable `{name}`; it has {}", variables.join(", ")),
    }
}
