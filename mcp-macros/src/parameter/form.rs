//! What a type's spelling says of where the value comes from.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Type, TypeReference};

use crate::arguments::here;
use crate::types::{borrows, find_impl, option_of, peel, std_segment, with_static_lifetimes};

pub(super) enum Form {
    /// A JSON argument, passed by value.
    Owned(TokenStream),
    /// A JSON argument, held in this type and lent.
    Lent(TokenStream),
    /// `&T`
    State(TokenStream),
    /// `&dyn Trait`
    StateDyn(TokenStream),
}

impl Form {
    /// Or what to write instead.
    pub(super) fn of(ty: &Type) -> Result<Form, String> {
        match peel(ty) {
            Type::Reference(reference) => reference_form(reference),
            _ if find_impl(ty.to_token_stream()).is_some() => {
                Err("an argument has one type, for which its schema is made: name it".to_owned())
            }
            inner if borrows(inner) => Err(owned_remedy(inner)),
            // As written: errors of the derives then point at it.
            _ => Ok(Form::Owned(ty.to_token_stream())),
        }
    }
}

fn reference_form(reference: &TypeReference) -> Result<Form, String> {
    if reference.mutability.is_some() {
        return Err("calls run at the same time and share state: take `&T`, and put what changes in a `Mutex`".to_owned());
    }
    if reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static") {
        return Err(
            "what the server lends lasts as long as the call: leave `'static` out".to_owned()
        );
    }
    match peel(&reference.elem) {
        Type::Slice(slice) if borrows(&slice.elem) => Err(owned_remedy(&slice.elem)),
        Type::Slice(slice) => {
            let element = &slice.elem;
            Ok(Form::Lent(quote_spanned!(here(element.span())=> ::std::vec::Vec<#element>)))
        }
        Type::TraitObject(object) => Ok(Form::StateDyn(with_static_lifetimes(object))),
        Type::ImplTrait(_) => Err("state has one type: name it, or take `&dyn Trait`".to_owned()),
        Type::Reference(_) => {
            Err("one reference is enough: state and arguments are lent directly".to_owned())
        }
        Type::Tuple(_) => Err("a tuple is an argument: take it by value".to_owned()),
        Type::Array(_) => {
            Err("an array is an argument: take it by value, or `&[T]` for any length".to_owned())
        }
        _ => named_reference(&reference.elem),
    }
}

fn named_reference(ty: &Type) -> Result<Form, String> {
    let segment = std_segment(ty);
    let name = segment.map(|segment| segment.ident.to_string()).unwrap_or_default();
    let remedy = match &*name {
        "str" => return Ok(Form::Lent(quote!(::std::string::String))),
        "String" => {
            "`&String` is neither state nor borrowed text: use `&str` or `String`".to_owned()
        }
        "Vec" => "`&Vec` is neither state nor a borrowed list: use `&[T]` or `Vec<T>`".to_owned(),
        "Path" | "PathBuf" => {
            format!("`&{name}` is neither state nor an argument: use `&str` or `PathBuf`")
        }
        "OsStr" | "OsString" | "CStr" | "CString" => {
            format!("`&{name}` is neither state nor an argument: use `&str`")
        }
        "Option" => "an optional argument is owned: use `Option<T>`".to_owned(),
        number if SCALARS.contains(&number) => {
            format!("a reference is state, and `{number}` is an argument: use `{number}`")
        }
        _ => return Ok(Form::State(with_static_lifetimes(ty))),
    };
    Err(remedy)
}

/// For an owned type with a borrow inside.
fn owned_remedy(ty: &Type) -> String {
    let Some(Type::Reference(inside)) = option_of(ty).map(peel) else {
        return "an argument owns its data: use `String` for text, `Vec<T>` for lists, and types without lifetimes"
            .to_owned();
    };
    match peel(&inside.elem) {
        text if is_str(text) => {
            "an optional argument owns its value: use `Option<String>`".to_owned()
        }
        Type::Slice(_) => "an optional argument owns its value: use `Option<Vec<T>>`".to_owned(),
        _ => "state is always there, as `&T`; an optional argument owns its value, as `Option<T>`"
            .to_owned(),
    }
}

fn is_str(ty: &Type) -> bool {
    std_segment(ty).is_some_and(|segment| segment.ident == "str")
}

/// What visibly cannot come from one string, as a phrase.
pub(super) fn collection(ty: &Type) -> Option<String> {
    const COLLECTIONS: &[&str] = &[
        "Vec",
        "VecDeque",
        "LinkedList",
        "HashMap",
        "BTreeMap",
        "HashSet",
        "BTreeSet",
        "BinaryHeap",
    ];
    if let Some(inner) = option_of(ty) {
        return collection(inner);
    }
    match peel(ty) {
        Type::Array(_) => Some("an array".to_owned()),
        Type::Tuple(_) => Some("a tuple".to_owned()),
        Type::Slice(_) => Some("a slice".to_owned()),
        Type::Reference(reference) => collection(&reference.elem),
        _ => {
            let name = std_segment(ty)?.ident.to_string();
            COLLECTIONS.contains(&&*name).then(|| format!("a `{name}`"))
        }
    }
}

/// Whether it is visibly a number with a fraction, given or not.
pub(super) fn is_fraction(ty: &Type) -> bool {
    let named = |ty| {
        std_segment(ty).is_some_and(|segment| segment.ident == "f32" || segment.ident == "f64")
    };
    named(option_of(ty).unwrap_or(ty))
}

/// Whether it is visibly one value: text or a scalar.
pub(super) fn is_scalar(ty: &Type) -> bool {
    match peel(ty) {
        Type::Reference(reference) => is_scalar(&reference.elem),
        _ => std_segment(ty).is_some_and(|segment| {
            let name = segment.ident.to_string();
            name == "str" || name == "String" || SCALARS.contains(&&*name)
        }),
    }
}

/// Types that are one value by their spelling.
const SCALARS: &[&str] = &[
    "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32",
    "f64", "bool", "char",
];
