//! The attributes of a parameter: which stay, which move to the field, which are ours.

use proc_macro2::Ident;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, Expr, LitStr, Meta};

use crate::attr::nearest;
use crate::errors::Errors;

pub(super) enum Marker {
    Ctx,
    Flatten,
    /// `#[arg(header = "Region")]`
    Header(LitStr),
}

pub(super) struct Attributes {
    pub(super) cfgs: Vec<Attribute>,
    pub(super) field: Vec<Attribute>,
    pub(super) marker: Option<Marker>,
    /// `#[complete(..)]`
    pub(super) complete: Option<Expr>,
}

impl Attributes {
    pub(super) fn sort(attrs: &[Attribute], errors: &Errors) -> Self {
        let mut sorted =
            Attributes { cfgs: Vec::new(), field: Vec::new(), marker: None, complete: None };
        for attr in attrs {
            if attr.path().is_ident("cfg") {
                sorted.cfgs.push(attr.clone());
            } else if attr.path().is_ident("arg") || attr.path().is_ident("ctx") {
                let marker = errors.keep(Marker::parse(attr));
                if marker.is_some() && sorted.marker.is_some() {
                    errors.at(attr, "a parameter is either `#[ctx]` or `#[arg(..)]`, and once");
                }
                sorted.marker = marker.or(sorted.marker);
            } else if attr.path().is_ident("complete") {
                let completer = errors.keep(completer(attr));
                if completer.is_some() && sorted.complete.is_some() {
                    errors.at(attr, "a parameter is completed in one way: join the values");
                }
                sorted.complete = completer.or(sorted.complete);
            } else if is_ours(attr) {
                sorted.field.push(attr.clone());
            }
        }
        sorted
    }

    pub(super) fn refuse_on_server_values(&self, errors: &Errors) {
        for attr in self.field.iter().filter(|attr| !attr.path().is_ident("doc")) {
            errors.at(
                attr,
                "the server provides this value, so there is no JSON to read it from: remove this",
            );
        }
    }
}

impl Marker {
    fn parse(attr: &Attribute) -> syn::Result<Self> {
        if attr.path().is_ident("ctx") {
            attr.meta.require_path_only().map_err(|_| {
                syn::Error::new_spanned(
                    attr,
                    "`#[ctx]` is written alone: the type says what to make of the request",
                )
            })?;
            return Ok(Marker::Ctx);
        }
        let word = attr.parse_args_with(|input: ParseStream<'_>| {
            let word: Ident = input.parse()?;
            if word == "header" {
                input.parse::<syn::Token![=]>()?;
                return input.parse().map(Marker::Header).map(Ok);
            }
            // A value would be one of a word we have not.
            Ok(if input.is_empty() { Err(word) } else { return Err(input.error("")) })
        });
        match word {
            Ok(Ok(header)) => Ok(header),
            Ok(Err(word)) if word == "flatten" => Ok(Marker::Flatten),
            Ok(Err(word)) => Err(Self::unknown(attr, Some(&word))),
            Err(_) => Err(Self::unknown(attr, None)),
        }
    }

    fn unknown(attr: &Attribute, word: Option<&Ident>) -> syn::Error {
        if let Some(word) = word
            && let Some(near) = nearest(&word.to_string(), &["flatten", "header"])
        {
            let message = format!("`#[arg]` has no `{word}`; did you mean `{near}`?");
            return syn::Error::new_spanned(word, message);
        }
        let message = "`#[arg]` knows `flatten` and `header = \"..\"`; names and defaults are serde's: `#[serde(rename = \"..\")]`, `#[serde(default)]`";
        syn::Error::new_spanned(attr, message)
    }
}

/// Values or the path of a function; which, its type tells.
fn completer(attr: &Attribute) -> syn::Result<Expr> {
    let expression = attr.parse_args::<Expr>();
    expression
        .ok()
        .filter(|expression| matches!(expression, Expr::Path(_) | Expr::Array(_)))
        .ok_or_else(|| {
            let message = "`#[complete]` takes values or a function: `#[complete([\"a\", \"b\"])]`, `#[complete(cities)]`";
            syn::Error::new_spanned(attr, message)
        })
}

/// Whether only our expansion understands this attribute of a parameter.
pub(crate) fn is_ours(attr: &Attribute) -> bool {
    let names = ["doc", "serde", "schemars", "arg", "ctx", "complete"];
    names.iter().any(|name| attr.path().is_ident(name)) || is_conditional_field_attribute(attr)
}

/// `#[cfg_attr(.., serde(..))]` belongs to the field, `#[cfg_attr(.., allow(..))]` to the parameter.
fn is_conditional_field_attribute(attr: &Attribute) -> bool {
    let Meta::List(list) = &attr.meta else {
        return false;
    };
    let names = ["doc", "serde", "schemars"];
    let mut words = list.tokens.clone().into_iter();
    let field = words.any(|word| names.iter().any(|name| word.to_string() == *name));
    attr.path().is_ident("cfg_attr") && field
}

/// The name serde reads this field under, if it is told one.
pub(super) fn rename(attr: &Attribute) -> Option<String> {
    let mut renamed = None;
    // What serde would refuse is for serde to report.
    let _ = attr.parse_nested_meta(|meta| {
        if !meta.path.is_ident("rename") {
            return skip_value(&meta);
        }
        if meta.input.peek(syn::Token![=]) {
            renamed = Some(meta.value()?.parse::<LitStr>()?.value());
            return Ok(());
        }
        meta.parse_nested_meta(|side| {
            let name = side.value()?.parse::<LitStr>()?.value();
            if side.path.is_ident("deserialize") {
                renamed = Some(name);
            }
            Ok(())
        })
    });
    renamed
}

/// Whether serde is told to decode this field by a function of the author's.
pub(super) fn has_decoder(attr: &Attribute) -> bool {
    let mut found = false;
    // What serde would refuse is for serde to report.
    let _ = attr.parse_nested_meta(|meta| {
        found |= meta.path.is_ident("with") || meta.path.is_ident("deserialize_with");
        skip_value(&meta)
    });
    found
}

fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(syn::token::Paren) {
        return meta.parse_nested_meta(|inner| skip_value(&inner));
    }
    if meta.input.peek(syn::Token![=]) {
        meta.value()?.parse::<Expr>()?;
    }
    Ok(())
}
