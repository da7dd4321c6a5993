//! `#[tool(key, key = value, key(..))]` → [`Settings`].

mod form;
mod icon;
mod key;
mod meta;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, LitStr};

use self::form::Value;
use self::key::Key;
pub(crate) use self::key::nearest;
use crate::errors::Errors;
use crate::kind::Kind;

/// What the author wrote between the parentheses, each entry of the type its key asks for.
pub(crate) struct Settings {
    /// The URI of a resource, which comes first and has no key.
    pub(crate) uri: Option<LitStr>,
    entries: Vec<Entry>,
}

struct Entry {
    ident: Ident,
    key: &'static Key,
    value: Value,
}

impl Settings {
    pub(crate) fn parse(kind: Kind, attribute: TokenStream, errors: &Errors) -> Self {
        let mut settings = Settings { uri: None, entries: Vec::new() };
        for (position, tokens) in split_at_commas(attribute).into_iter().enumerate() {
            let parser = |input: ParseStream<'_>| settings.parse_entry(kind, position, input);
            errors.keep(parser.parse2(tokens));
        }
        settings
    }

    fn parse_entry(
        &mut self,
        kind: Kind,
        position: usize,
        input: ParseStream<'_>,
    ) -> syn::Result<()> {
        if input.peek(Lit) {
            return self.parse_positional(kind, position, input);
        }
        let ident = Ident::parse_any(input)?;
        let key = Key::find(kind, &ident)?;
        let value = key.form.parse(&ident, input)?;
        if !input.is_empty() {
            return Err(input.error(format!("expected a comma after `{ident}`")));
        }
        let entry = Entry { ident, key, value };
        self.refuse_duplicate(&entry)?;
        self.entries.push(entry);
        Ok(())
    }

    fn parse_positional(
        &mut self,
        kind: Kind,
        position: usize,
        input: ParseStream<'_>,
    ) -> syn::Result<()> {
        let literal: Lit = input.parse()?;
        let text = literal.to_token_stream();
        match (kind, literal) {
            (Kind::Resource, Lit::Str(uri)) if position == 0 => {
                self.uri = Some(uri);
                Ok(())
            }
            (Kind::Resource, late) => {
                // Known, if not where it should be: the only mistake to report.
                if let Lit::Str(uri) = late {
                    self.uri.get_or_insert(uri);
                }
                Err(syn::Error::new_spanned(text, "only the URI, which comes first, has no key"))
            }
            (_, _) => {
                let message =
                    format!("every value of {kind} has a key; for a name, write `name = {text}`");
                Err(syn::Error::new_spanned(text, message))
            }
        }
    }

    fn refuse_duplicate(&self, entry: &Entry) -> syn::Result<()> {
        let same_key = self.entries.iter().filter(|earlier| earlier.key.name == entry.key.name);
        for earlier in same_key {
            if !entry.key.form.repeats() {
                return Err(twice(&entry.ident, &earlier.ident));
            }
            if let (Value::Meta(new), Value::Meta(old)) = (&entry.value, &earlier.value)
                && let Some((new, old)) = meta::shared_key(new, old)
            {
                return Err(twice(new, old));
            }
        }
        Ok(())
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.name == name)
    }

    /// The key as written, to point at.
    pub(crate) fn written(&self, name: &str) -> Option<&Ident> {
        self.entry(name).map(|entry| &entry.ident)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&LitStr> {
        match &self.entry(name)?.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `false` where the flag is absent.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| matches!(entry.value, Value::Flag(true)))
    }

    /// The value as an expression.
    pub(crate) fn expression(&self, name: &str) -> Option<TokenStream> {
        self.entry(name).map(|entry| form::expression(&[&entry.value]))
    }

    /// `.title("..").read_only(true)`: the builder calls of every key that has one, in the author's order.
    pub(crate) fn setters(&self) -> TokenStream {
        let mut seen = Vec::new();
        let mut calls = TokenStream::new();
        for entry in &self.entries {
            let Some(setter) = entry.key.setter.filter(|_| !seen.contains(&entry.key.name)) else {
                continue;
            };
            seen.push(entry.key.name);
            let same = self.entries.iter().filter(|other| other.key.name == entry.key.name);
            let value = form::expression(&same.map(|entry| &entry.value).collect::<Vec<_>>());
            let setter = format_ident!("{setter}");
            calls.extend(quote!(.#setter(#value)));
        }
        calls
    }
}

fn twice(again: &impl ToTokens, first: &impl ToTokens) -> syn::Error {
    let at = |tokens: TokenStream, what: &str| {
        let message = format!("`{tokens}` is {what}");
        syn::Error::new_spanned(tokens, message)
    };
    let mut error = at(again.to_token_stream(), "given twice");
    error.combine(at(first.to_token_stream(), "first given here"));
    error
}

/// One stream per entry: an entry that does not parse then costs its neighbours nothing.
fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut entries = vec![TokenStream::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => entries.push(TokenStream::new()),
            other => entries.last_mut().expect("starts with one").extend([other]),
        }
    }
    entries.retain(|entry| !entry.is_empty());
    entries
}

#[cfg(test)]
mod tests;
