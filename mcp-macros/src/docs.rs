//! Doc comments → description.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The description as an expression, or nothing where the author wrote nothing. A `#[doc = include_str!(..)]`
/// among the lines stays a macro call for the compiler to expand.
pub(crate) fn description(attrs: &[Attribute]) -> Option<TokenStream> {
    let parts = attrs.iter().filter_map(Part::of);
    let parts = parts.fold(Vec::new(), Part::join);
    let parts: Vec<TokenStream> = parts.iter().filter_map(Part::expression).collect();
    match &*parts {
        [] => None,
        [one] => Some(one.clone()),
        many => Some(quote!(::core::concat!(#(#many),*))),
    }
}

enum Part {
    Text(String),
    Macro(TokenStream),
}

impl Part {
    fn of(attr: &Attribute) -> Option<Part> {
        let Meta::NameValue(doc) = &attr.meta else {
            return None;
        };
        attr.path().is_ident("doc").then(|| match literal(&doc.value) {
            Some(text) => Part::Text(text),
            None => Part::Macro(doc.value.to_token_stream()),
        })
    }

    /// Lines that follow one another are one text: only together do they show their indentation.
    fn join(mut parts: Vec<Part>, next: Part) -> Vec<Part> {
        match (parts.last_mut(), next) {
            (Some(Part::Text(text)), Part::Text(line)) => {
                text.push('\n');
                text.push_str(&line);
            }
            (_, next) => parts.push(next),
        }
        parts
    }

    fn expression(&self) -> Option<TokenStream> {
        match self {
            Part::Text(text) => {
                Some(tidy(text)).filter(|text| !text.is_empty()).map(ToTokens::into_token_stream)
            }
            Part::Macro(call) => Some(call.clone()),
        }
    }
}

/// A literal, also where a `macro_rules!` has wrapped it in an invisible group.
fn literal(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

/// Takes off what is only there for the source file: common indentation, the stars of a block comment, trailing
/// blanks. Line breaks stay: they are Markdown.
fn tidy(text: &str) -> String {
    let lines: Vec<&str> = without_stars(text.lines().map(str::trim_end).collect());
    let indents = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(|line| line.len() - line.trim_start().len());
    let indent = indents.min().unwrap_or(0);
    let dedented: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or("")).collect();
    dedented.join("\n").trim_matches('\n').to_owned()
}

/// `/** .. */` has a star at the start of each line but the first.
fn without_stars(lines: Vec<&str>) -> Vec<&str> {
    let starred = |line: &&str| line.is_empty() || line.trim_start().starts_with('*');
    let is_block = lines.len() > 1 && lines[0].is_empty() && lines[1..].iter().all(starred);
    if !is_block || lines.iter().all(|line| line.is_empty()) {
        return lines;
    }
    lines.into_iter().map(|line| line.trim_start().trim_start_matches('*')).collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn described(attrs: &[Attribute]) -> Option<String> {
        description(attrs).map(|tokens| match syn::parse2::<syn::LitStr>(tokens.clone()) {
            Ok(text) => text.value(),
            Err(_) => tokens.to_string(),
        })
    }

    #[test]
    fn nothing_written_is_nothing_said() {
        assert_eq!(described(&[]), None);
        assert_eq!(described(&[parse_quote!(#[doc = ""]), parse_quote!(#[doc(hidden)])]), None);
    }

    #[test]
    fn dedents_and_keeps_paragraphs_and_lists() {
        let attrs: Vec<Attribute> = vec![
            parse_quote!(#[doc = " Adds two numbers."]),
            parse_quote!(#[doc = ""]),
            parse_quote!(#[doc = " - exact"]),
            parse_quote!(#[doc = "   always"]),
            parse_quote!(#[doc = ""]),
        ];
        assert_eq!(described(&attrs).unwrap(), "Adds two numbers.\n\n- exact\n  always");
    }

    #[test]
    fn a_block_comment_loses_its_stars() {
        let block = [parse_quote!(#[doc = "\n     * Adds.\n     *\n     * Twice.\n     "])];
        assert_eq!(described(&block).unwrap(), "Adds.\n\nTwice.");
        let list = [parse_quote!(#[doc = " * one"]), parse_quote!(#[doc = " * two"])];
        assert_eq!(described(&list).unwrap(), "* one\n* two");
    }

    #[test]
    fn a_macro_stays_a_macro() {
        let attrs = [parse_quote!(#[doc = " See:"]), parse_quote!(#[doc = include_str!("a.md")])];
        assert_eq!(
            described(&attrs).unwrap(),
            r#":: core :: concat ! ("See:" , include_str ! ("a.md"))"#
        );
    }

    #[test]
    fn a_wide_character_does_not_break_dedenting() {
        let attrs = [parse_quote!(#[doc = " é"]), parse_quote!(#[doc = "\u{a0}x"])];
        assert!(described(&attrs).is_some());
    }
}
