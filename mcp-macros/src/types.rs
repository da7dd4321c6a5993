//! What the spelling of a type tells. Aliases are not seen through; the compiler's trait errors cover those.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, ReturnType, Type};

/// The type inside parentheses and inside the invisible group a `macro_rules!` puts around `$t:ty`.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        _ => ty,
    }
}

/// The last segment of a path that can only mean the prelude's or the standard library's type: one name, or one
/// that starts in `std`, `core` or `alloc`.
pub(crate) fn std_segment(ty: &Type) -> Option<&PathSegment> {
    let Type::Path(path) = peel(ty) else {
        return None;
    };
    let segments = &path.path.segments;
    let from_std = ["std", "core", "alloc"].iter().any(|root| segments[0].ident == root);
    (path.qself.is_none() && (segments.len() == 1 || from_std)).then(|| segments.last()).flatten()
}

/// `T` of `Option<T>`, spelled like the standard one.
pub(crate) fn option_of(ty: &Type) -> Option<&Type> {
    let segment = std_segment(ty).filter(|segment| segment.ident == "Option")?;
    type_arguments(segment).next()
}

pub(crate) fn type_arguments(segment: &PathSegment) -> impl Iterator<Item = &Type> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        PathArguments::None | PathArguments::Parenthesized(_) => None,
    };
    arguments.into_iter().flatten().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether a value of this type visibly borrows from something that is not `'static`.
pub(crate) fn borrows(ty: &Type) -> bool {
    match peel(ty) {
        Type::Reference(reference) => reference.lifetime.as_ref().is_none_or(is_short) || borrows(&reference.elem),
        Type::Array(array) => borrows(&array.elem),
        Type::Slice(slice) => borrows(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().any(borrows),
        Type::Path(path) => path.path.segments.iter().any(|segment| {
            let short = |argument: &GenericArgument| matches!(argument, GenericArgument::Lifetime(l) if is_short(l));
            let lifetimes = match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => arguments.args.iter().any(short),
                PathArguments::None | PathArguments::Parenthesized(_) => false,
            };
            lifetimes || type_arguments(segment).any(borrows)
        }),
        _ => false,
    }
}

/// The first `impl` anywhere in the type.
pub(crate) fn find_impl(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "impl" => Some(ident),
        TokenTree::Group(group) => find_impl(group.stream()),
        _ => None,
    })
}

/// The type as it can be named outside the function: its lifetimes, elided or not, become `'static`. A type with
/// another lifetime has the same traits, as far as a definition asks for them.
pub(crate) fn with_static_lifetimes(ty: &impl ToTokens) -> TokenStream {
    let mut output = TokenStream::new();
    let mut tokens = ty.to_token_stream().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                tokens.next();
                output.append_all(static_lifetime(quote.span()).to_token_stream());
            }
            TokenTree::Punct(and) if and.as_char() == '&' => {
                let named =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                let span = and.span();
                output.append(and);
                if !named {
                    output.append_all(static_lifetime(span).to_token_stream());
                }
            }
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), with_static_lifetimes(&group.stream()));
                inner.set_span(group.span());
                output.append(inner);
            }
            other => output.append(other),
        }
    }
    output
}

/// The written return type; a function without one returns `()`.
pub(crate) fn returned(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ty),
    }
}

fn is_short(lifetime: &Lifetime) -> bool {
    lifetime.ident != "static"
}

fn static_lifetime(span: Span) -> Lifetime {
    Lifetime::new("'static", span)
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn lifetimes_become_static() {
        let named = |tokens: TokenStream| with_static_lifetimes(&tokens).to_string();
        assert_eq!(
            named(quote!(Result<&str, E<'a>>)),
            quote!(Result<&'static str, E<'static>>).to_string()
        );
        assert_eq!(
            named(quote!((&'a [u8], Cow<'_, str>))),
            quote!((&'static [u8], Cow<'static, str>)).to_string()
        );
    }

    #[test]
    fn borrowing_is_seen_at_any_depth() {
        assert!(borrows(&parse_quote!(Option<&str>)));
        assert!(borrows(&parse_quote!(Vec<(u8, Cow<'_, str>)>)));
        assert!(borrows(&parse_quote!([&'a str; 2])));
        assert!(!borrows(&parse_quote!(Cow<'static, str>)));
        assert!(!borrows(&parse_quote!(HashMap<String, Vec<u8>>)));
    }

    #[test]
    fn std_types_are_known_by_their_spelling_only() {
        let known = |ty: Type| std_segment(&ty).map(|segment| segment.ident.to_string());
        assert_eq!(known(parse_quote!(Vec<u8>)).unwrap(), "Vec");
        assert_eq!(known(parse_quote!(std::path::Path)).unwrap(), "Path");
        assert_eq!(known(parse_quote!((::core::option::Option<u8>))).unwrap(), "Option");
        assert_eq!(known(parse_quote!(svg::Path)), None);
    }
}
