//! One parameter: where its value comes from, and what of it goes where.
//!
//! A reference comes from the server, everything owned is a JSON argument; only `&str` and `&[T]` are known by their
//! spelling.

mod attributes;
mod form;

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, LitStr, Pat, PatType, Type};

pub(crate) use self::attributes::is_ours;
use self::attributes::{Attributes, Marker, has_decoder, rename};
use self::form::Form;
use crate::errors::Errors;
use crate::types::borrows;

pub(crate) struct Parameter {
    /// Repeated wherever the parameter leaves a trace.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) source: Source,
}

pub(crate) enum Source {
    Argument(Argument),
    /// `&T`: state, or the context.
    State(TokenStream),
    /// `&dyn Trait`: state given under that trait.
    StateDyn(TokenStream),
    /// `#[ctx] user: User`
    Extract(Type),
}

/// A field of the generated struct of arguments.
pub(crate) struct Argument {
    pub(crate) ident: Ident,
    /// Documentation, serde's and schemars' attributes.
    pub(crate) attrs: Vec<Attribute>,
    /// The parameter's type, as written.
    pub(crate) written: Type,
    /// The type of the owned value.
    pub(crate) owned: TokenStream,
    /// `&str` and `&[T]` borrow the owned value for the call.
    pub(crate) lent: bool,
    /// `#[arg(flatten)]`
    pub(crate) flatten: bool,
    /// `#[arg(header = "Region")]`
    pub(crate) header: Option<LitStr>,
    /// `#[complete(..)]`
    pub(crate) complete: Option<Box<Expr>>,
}

impl Parameter {
    pub(crate) fn parse(typed: &PatType, errors: &Errors) -> Option<Self> {
        let attrs = Attributes::sort(&typed.attrs, errors);
        let source = match attrs.marker {
            Some(Marker::Ctx) => extract(&typed.ty, errors),
            ref marker => classify(typed, marker.as_ref(), &attrs.field, errors),
        };
        let mut source = source?;
        match (&mut source, attrs.complete.clone().map(Box::new)) {
            (Source::Argument(argument), complete) if !argument.flatten => {
                argument.complete = complete
            }
            (_, Some(complete)) => {
                errors.at(
                    complete,
                    "only an argument of its own can be completed: remove `#[complete]`",
                );
            }
            _ => {}
        }
        if !matches!(source, Source::Argument(_)) {
            attrs.refuse_on_server_values(errors);
        }
        Some(Parameter { cfgs: attrs.cfgs, source })
    }

    pub(crate) fn argument(&self) -> Option<&Argument> {
        match &self.source {
            Source::Argument(argument) => Some(argument),
            _ => None,
        }
    }
}

impl Argument {
    /// The argument's name on the wire.
    pub(crate) fn name(&self) -> String {
        self.serde().find_map(rename).unwrap_or_else(|| self.ident.unraw().to_string())
    }

    /// Whether neither serde nor schemars is told anything about it.
    pub(crate) fn is_plain(&self) -> bool {
        self.attrs.iter().all(|attr| attr.path().is_ident("doc"))
    }

    /// Whether the author decodes the value with a function of their own.
    pub(crate) fn has_own_decoder(&self) -> bool {
        self.serde().any(has_decoder)
    }

    /// What the type visibly is that one string is not, as a phrase.
    pub(crate) fn collection(&self) -> Option<String> {
        form::collection(&self.written)
    }

    /// Whether the type visibly is a number with a fraction.
    pub(crate) fn is_fraction(&self) -> bool {
        form::is_fraction(&self.written)
    }

    /// Whether the type visibly is one text or number.
    pub(crate) fn is_scalar(&self) -> bool {
        form::is_scalar(&self.written)
    }

    fn serde(&self) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("serde"))
    }
}

fn extract(ty: &Type, errors: &Errors) -> Option<Source> {
    if borrows(ty) {
        errors.at(ty, "`#[ctx]` makes a value for this call: take it owned");
        return None;
    }
    Some(Source::Extract(ty.clone()))
}

fn classify(
    typed: &PatType,
    marker: Option<&Marker>,
    attrs: &[Attribute],
    errors: &Errors,
) -> Option<Source> {
    let form = Form::of(&typed.ty).map_err(|remedy| errors.at(&typed.ty, remedy)).ok()?;
    let flatten = matches!(marker, Some(Marker::Flatten));
    let header = match marker {
        Some(Marker::Header(header)) => Some(header.clone()),
        _ => None,
    };
    if let (Some(header), Form::State(_) | Form::StateDyn(_)) = (&header, &form) {
        errors
            .at(header, "the server provides this value, so no header can repeat it: remove this");
    }
    if flatten && !matches!(form, Form::Owned(_)) {
        errors.at(&typed.ty, "`#[arg(flatten)]` is for a struct of arguments: take it by value");
        return None;
    }
    let (owned, lent) = match form {
        Form::State(ty) => return Some(Source::State(ty)),
        Form::StateDyn(ty) => return Some(Source::StateDyn(ty)),
        Form::Lent(ty) => (ty, true),
        Form::Owned(ty) => (ty, false),
    };
    let ident = argument_name(&typed.pat, errors)?;
    let written = (*typed.ty).clone();
    Some(Source::Argument(Argument {
        ident,
        attrs: attrs.to_vec(),
        written,
        owned,
        lent,
        flatten,
        header,
        complete: None,
    }))
}

/// An argument's name is its parameter's name, so it must have one.
fn argument_name(pattern: &Pat, errors: &Errors) -> Option<Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
            Some(name.ident.clone())
        }
        other => {
            errors.at(
                other,
                "a JSON argument needs a name: write `name: Type`, and take it apart in the body",
            );
            None
        }
    }
}
