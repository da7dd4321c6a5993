//! `#[arg(header = "Region")]`: arguments that clients repeat in a header, for proxies to route by.

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::definition::Definition;
use crate::errors::Errors;
use crate::kind::Kind;
use crate::parameter::Argument;

/// What the compiler can see of the rules; the registry checks the types it cannot.
pub(crate) fn check(definition: &Definition, errors: &Errors) {
    let mut taken: Vec<String> = Vec::new();
    for (argument, header) in headers(definition) {
        let name = header.value();
        if definition.kind != Kind::Tool {
            errors.at(
                header,
                format!("a header repeats an argument of a tool, not of {}", definition.kind),
            );
        } else if definition.settings.written("input_schema").is_some() {
            let message = format!(
                "the schema is written by hand: put `\"x-mcp-header\": {name:?}` into this property of it"
            );
            errors.at(header, message);
        } else if name.is_empty() || !name.chars().all(is_token_character) {
            errors.at(
                header,
                "a header's name is made of letters, digits and `-` (RFC 9110, \"token\")",
            );
        } else if taken.contains(&name.to_ascii_lowercase()) {
            errors.at(header, format!("two arguments go into the header `{name}`, whose case does not count; rename one"));
        } else if let Some(what) = misfit(argument) {
            errors.at(
                &argument.written,
                format!("a header holds text, an integer or a bool, and not {what}"),
            );
        }
        taken.push(name.to_ascii_lowercase());
    }
}

/// `.headers(&[("region", "Region")])`
pub(crate) fn setter(definition: &Definition) -> Option<TokenStream> {
    let parameters = definition.signature.parameters.iter();
    let headers: Vec<_> = parameters
        .filter_map(|parameter| {
            let argument = parameter.argument()?;
            let (name, header, cfgs) =
                (argument.name(), argument.header.as_ref()?, &parameter.cfgs);
            Some(quote!(#(#cfgs)* (#name, #header)))
        })
        .collect();
    (!headers.is_empty()).then(|| quote!(.headers(&[#(#headers),*])))
}

fn headers(definition: &Definition) -> impl Iterator<Item = (&Argument, &LitStr)> {
    definition
        .signature
        .arguments()
        .filter_map(|argument| Some((argument, argument.header.as_ref()?)))
}

fn misfit(argument: &Argument) -> Option<String> {
    if argument.is_fraction() { Some("a fraction".to_owned()) } else { argument.collection() }
}

fn is_token_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}
