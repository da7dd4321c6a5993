//! The URI of a resource, with the part of RFC 6570 that can be read backwards: from a URI to its variables.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    Literal(String),
    Variable(Variable),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    operator: Operator,
    /// `{/name*}`: any number of path segments.
    pub(crate) explode: bool,
}

/// Named as in the runtime.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    Simple,
    Reserved,
    Fragment,
    Label,
    Path,
    Query,
    QueryContinuation,
}

const FORMS: &str = "forms that match: {v} {+v} {#v} {.v} {/v} {/v*} {?a,b} {&a,b}";

/// Splits a URI or template into its parts, or says what is wrong with it. A message quotes the part it means: the
/// compiler cannot point inside a literal.
pub(crate) fn parse(source: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut rest = source;
    while !rest.is_empty() {
        let literal = rest.find('{').unwrap_or(rest.len());
        let (text, after) = rest.split_at(literal);
        if !text.is_empty() {
            check_literal(text)?;
            parts.push(Part::Literal(text.to_owned()));
        }
        rest = match after.strip_prefix('{') {
            Some(inner) => {
                let end =
                    inner.find('}').ok_or_else(|| format!("`{{{inner}` has no closing brace"))?;
                expression(&inner[..end], &mut parts)?;
                &inner[end + 1..]
            }
            None => after,
        };
    }
    check_scheme(&parts)?;
    Ok(parts)
}

pub(crate) fn variables(parts: &[Part]) -> impl Iterator<Item = &Variable> {
    parts.iter().filter_map(|part| match part {
        Part::Literal(_) => None,
        Part::Variable(variable) => Some(variable),
    })
}

impl ToTokens for Part {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Part::Literal(text) => quote!(__mcp::UriPart::Literal(#text)),
            Part::Variable(Variable { name, operator, explode }) => {
                let operator = format_ident!("{operator:?}");
                quote! {
                    __mcp::UriPart::Variable { name: #name, operator: __mcp::Operator::#operator, explode: #explode }
                }
            }
        });
    }
}

/// The inside of one pair of braces.
fn expression(inner: &str, parts: &mut Vec<Part>) -> Result<(), String> {
    let (operator, names) = operator(inner)?;
    let names: Vec<&str> = names.split(',').collect();
    if names.len() > 1 && operator != Operator::Query && operator != Operator::QueryContinuation {
        return Err(format!(
            "`{{{inner}}}` has several variables, which only {{?a,b}} and {{&a,b}} may; {FORMS}"
        ));
    }
    for (position, name) in names.into_iter().enumerate() {
        let operator = if position == 0 { operator } else { Operator::QueryContinuation };
        let variable = variable(name, operator)
            .map_err(|wrong| format!("{wrong} in `{{{inner}}}`; {FORMS}"))?;
        check_new(&variable, parts)?;
        parts.push(Part::Variable(variable));
    }
    Ok(())
}

fn operator(inner: &str) -> Result<(Operator, &str), String> {
    let first = inner.chars().next().ok_or_else(|| format!("`{{}}` names no variable; {FORMS}"))?;
    let operator = match first {
        '+' => Operator::Reserved,
        '#' => Operator::Fragment,
        '.' => Operator::Label,
        '/' => Operator::Path,
        '?' => Operator::Query,
        '&' => Operator::QueryContinuation,
        ';' => {
            return Err(format!("`{{{inner}}}`: path parameters cannot be matched; {FORMS}"));
        }
        '=' | ',' | '!' | '@' | '|' => {
            return Err(format!("`{{{inner}}}`: RFC 6570 reserves `{first}`; {FORMS}"));
        }
        _ => return Ok((Operator::Simple, inner)),
    };
    Ok((operator, &inner[1..]))
}

fn variable(source: &str, operator: Operator) -> Result<Variable, String> {
    if source.contains(':') {
        return Err("a prefix length says nothing about the value it came from".to_owned());
    }
    let (name, explode) = source.strip_suffix('*').map_or((source, false), |name| (name, true));
    if explode && operator != Operator::Path {
        return Err("only path segments explode".to_owned());
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    if name.is_empty() || !name.chars().all(is_name) {
        return Err(format!("`{name}` is not a variable name"));
    }
    Ok(Variable { name: name.to_owned(), operator, explode })
}

/// What stands before must show where it ends.
fn check_new(variable: &Variable, parts: &[Part]) -> Result<(), String> {
    if variables(parts).any(|other| other.name == variable.name) {
        return Err(format!("the variable `{}` occurs twice", variable.name));
    }
    match parts.last() {
        Some(Part::Variable(before)) if !before.ends_before(variable.operator) => {
            let names = format!("`{}` and `{}`", before.name, variable.name);
            Err(format!(
                "nothing separates {names}, so where one ends cannot be told; put text between them"
            ))
        }
        _ => Ok(()),
    }
}

impl Variable {
    /// Whether an expression with this operator right behind begins with a character that cannot be in the value.
    fn ends_before(&self, next: Operator) -> bool {
        match (self.operator, next) {
            (_, Operator::Simple | Operator::Reserved | Operator::Label) => false,
            (Operator::Fragment, _) => false,
            (Operator::Query | Operator::QueryContinuation, Operator::Path | Operator::Query) => {
                false
            }
            (Operator::Reserved, Operator::Path) => false,
            (_, Operator::Path) => !self.explode,
            (_, _) => true,
        }
    }
}

fn check_literal(text: &str) -> Result<(), String> {
    if let Some(wrong) = text.chars().find(|c| !is_uri_character(*c)) {
        let stray = if wrong == '}' { ": it closes nothing" } else { "; percent-encode it" };
        return Err(format!("`{}` cannot stand in a URI{stray}", wrong.escape_debug()));
    }
    let mut escapes = text.split('%').skip(1);
    match escapes.find(|escape| {
        !escape.as_bytes().get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
    }) {
        Some(escape) => {
            Err(format!("`%{}` is not a percent-encoded byte, such as `%20`", first_two(escape)))
        }
        None => Ok(()),
    }
}

fn first_two(text: &str) -> String {
    text.chars().take(2).collect()
}

/// RFC 3986, section 2.
fn is_uri_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

/// Clients tell resources apart by absolute URIs, so the scheme is written out.
fn check_scheme(parts: &[Part]) -> Result<(), String> {
    const REMEDY: &str = "start with a scheme, such as `config://app` or `users://{id}/profile`";
    let Some(Part::Literal(start)) = parts.first() else {
        return Err(format!("a resource's URI is absolute; {REMEDY}"));
    };
    let Some((scheme, rest)) = start.split_once(':') else {
        return Err(format!("a resource's URI is absolute; {REMEDY}"));
    };
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_inner) {
        return Err(format!("`{scheme}` is not a URI scheme; {REMEDY}"));
    }
    if rest.is_empty() && parts.len() == 1 {
        return Err(format!("`{start}` names nothing; {REMEDY}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(source: &str) -> String {
        let parts = parse(source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let shapes = parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Variable(Variable { name, operator, explode }) => {
                format!("<{name} {operator:?}{}>", if *explode { " *" } else { "" })
            }
        });
        shapes.collect()
    }

    #[test]
    fn splits_into_parts() {
        assert_eq!(shape("config://app"), "config://app");
        assert_eq!(shape("urn:isbn:0451450523"), "urn:isbn:0451450523");
        assert_eq!(shape("users://{id}/profile"), "users://<id Simple>/profile");
        assert_eq!(shape("file://{+path}{#line}"), "file://<path Reserved><line Fragment>");
        assert_eq!(shape("a://x{.kind}{/rest*}"), "a://x<kind Label><rest Path *>");
        assert_eq!(shape("a://x{?q,page}"), "a://x<q Query><page QueryContinuation>");
        assert_eq!(shape("a://x?fixed=1{&q}"), "a://x?fixed=1<q QueryContinuation>");
        assert_eq!(shape("a://{x}{/y}{/z}{?q}"), "a://<x Simple><y Path><z Path><q Query>");
        assert_eq!(shape("a://%20/{user.name}"), "a://%20/<user.name Simple>");
    }

    fn refuses(source: &str, message: &str) {
        let error = parse(source).expect_err(source);
        assert!(error.contains(message), "{source}: {error}");
    }

    #[test]
    fn a_uri_is_absolute() {
        refuses("", "absolute");
        refuses("app", "absolute");
        refuses("{scheme}://app", "absolute");
        refuses("1a://app", "`1a` is not a URI scheme");
        refuses("config:", "names nothing");
    }

    #[test]
    fn only_uri_characters_stand_between() {
        refuses("a://b c", "` ` cannot stand in a URI");
        refuses("a://é", "`é`");
        refuses("a://b}", "closes nothing");
        refuses("a://%2", "`%2` is not");
        refuses("a://%zz", "`%zz` is not");
    }

    #[test]
    fn expressions_are_well_formed() {
        refuses("a://{id", "`{id` has no closing brace");
        refuses("a://{}", "names no variable");
        refuses("a://{a-b}", "`a-b` is not a variable name");
        refuses("a://{a{b}}", "`a{b` is not a variable name");
        refuses("a://{?a,}", "`` is not a variable name");
        refuses("a://{=a}", "reserves `=`");
    }

    #[test]
    fn what_cannot_be_matched_is_refused() {
        refuses("a://{;v}", "path parameters");
        refuses("a://{v:3}", "prefix length");
        refuses("a://{v*}", "only path segments explode");
        refuses("a://{a,b}", "several variables");
        refuses("a://{id}/{id}", "`id` occurs twice");
        for ambiguous in [
            "a://{a}{b}",
            "a://{a}{+b}",
            "a://{a}{.b}",
            "a://{+a}{/b}",
            "a://x{/a*}{/b}",
            "a://{#a}{?b}",
            "a://x{?a}{/b}",
        ] {
            refuses(ambiguous, "nothing separates `a` and `b`");
        }
    }
}
