//! What may follow a key, and the expression it becomes.

use std::num::NonZeroU64;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Expr, ExprMacro, Lit, LitBool, LitStr, Path, Token, parenthesized};

use super::icon::Icon;
use super::meta::{self, MetaEntry};

/// The grammar of one key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// `key = ".."`
    Text,
    /// `key = ".."`, `key = include_str!("..")`
    Prose,
    /// `key`, `key = false`
    Flag,
    /// `key = 1024`
    Size,
    /// `key = 4`, not 0
    Count,
    /// `key = 0.5`
    Fraction,
    /// `key = "30s"`
    Duration,
    /// `key = "30s"`, `key = "0s"`
    Age,
    /// `key = "public"`, `key = "private"`
    Scope,
    /// `key = "1999-12-31T23:59:59Z"`
    Timestamp,
    /// `key(user, assistant)`
    Audience,
    /// `key("files:read", "files:write")`
    Scopes,
    /// `key("https://..", mime_type = "..", sizes = "..", theme = "..")`
    Icon,
    /// `key("name" = "value")`
    Meta,
    /// `key = ".."`, `key = SOME_CONST`, `key = include_str!("..")`
    Schema,
    /// `key = some::path`
    Path,
}

pub(crate) enum Value {
    Text(LitStr),
    Flag(bool),
    Icon(Icon),
    Meta(Vec<MetaEntry>),
    /// Checked; nothing but its expression is of interest any more.
    Ready(TokenStream),
}

/// The keys' values as one expression. Only a form that repeats has more than one.
pub(crate) fn expression(values: &[&Value]) -> TokenStream {
    match values[0] {
        Value::Text(text) => text.to_token_stream(),
        Value::Flag(flag) => flag.to_token_stream(),
        Value::Ready(tokens) => tokens.clone(),
        Value::Icon(_) => {
            let icons = values
                .iter()
                .filter_map(|value| if let Value::Icon(icon) = value { Some(icon) } else { None });
            quote!(&[#(#icons),*])
        }
        Value::Meta(_) => {
            let entries = values
                .iter()
                .filter_map(|value| if let Value::Meta(some) = value { Some(some) } else { None });
            meta::object(entries.flatten()).to_token_stream()
        }
    }
}

impl Form {
    pub(crate) fn repeats(self) -> bool {
        matches!(self, Form::Icon | Form::Meta)
    }

    /// Parses what follows the key.
    pub(crate) fn parse(self, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
        match self {
            Form::Flag => self.flag(key, input),
            Form::Audience | Form::Scopes | Form::Icon | Form::Meta => self.list(key, input),
            _ => self.assignment(key, input),
        }
    }

    fn flag(self, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
        if input.is_empty() {
            return Ok(Value::Flag(true));
        }
        self.expect(key, input.parse::<Token![=]>())?;
        Ok(Value::Flag(self.expect(key, input.parse::<LitBool>())?.value))
    }

    fn list(self, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
        self.expect(
            key,
            input.peek(syn::token::Paren).then_some(()).ok_or_else(|| input.error("")),
        )?;
        let content;
        parenthesized!(content in input);
        match self {
            Form::Icon => Ok(Value::Icon(Icon::parse(key, &content)?)),
            Form::Meta => Ok(Value::Meta(meta::parse(&content)?)),
            Form::Scopes => self.scopes(key, &content),
            _ => self.audience(key, &content),
        }
    }

    fn assignment(self, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
        self.expect(key, input.parse::<Token![=]>())?;
        if self == Form::Path {
            let path = self.expect(key, input.call(Path::parse_mod_style))?;
            return Ok(Value::Ready(path.into_token_stream()));
        }
        if self == Form::Schema {
            return self.schema(key, input);
        }
        if self == Form::Prose && !input.peek(Lit) {
            let call: ExprMacro = self.expect(key, input.parse())?;
            return Ok(Value::Ready(call.into_token_stream()));
        }
        let literal: Lit = self.expect(key, input.parse())?;
        self.literal(key, &literal)
    }

    /// Any constant text; what it says is checked when the server starts.
    fn schema(self, key: &Ident, input: ParseStream<'_>) -> syn::Result<Value> {
        let text: Expr = self.expect(key, input.parse())?;
        match &text {
            Expr::Lit(literal) if !matches!(literal.lit, Lit::Str(_)) => {
                Err(syn::Error::new_spanned(literal, self.usage(key)))
            }
            _ => Ok(Value::Ready(text.into_token_stream())),
        }
    }

    fn literal(self, key: &Ident, literal: &Lit) -> syn::Result<Value> {
        let refuse = || syn::Error::new_spanned(literal, self.usage(key));
        match (self, literal) {
            (Form::Text | Form::Prose, Lit::Str(text)) => Ok(Value::Text(text.clone())),
            (Form::Size, Lit::Int(size)) => {
                let size: u64 = size.base10_parse().map_err(|_| refuse())?;
                Ok(Value::Ready(size.to_token_stream()))
            }
            (Form::Count, Lit::Int(count)) => {
                let count: NonZeroU64 = count.base10_parse().map_err(|_| refuse())?;
                let count = count.get();
                Ok(Value::Ready(quote!(#count)))
            }
            (Form::Fraction, Lit::Int(_) | Lit::Float(_)) => {
                Ok(Value::Ready(fraction(literal).ok_or_else(refuse)?))
            }
            (Form::Duration, Lit::Str(text)) => {
                Ok(Value::Ready(duration(&text.value(), 1).ok_or_else(refuse)?))
            }
            (Form::Age, Lit::Str(text)) => {
                Ok(Value::Ready(duration(&text.value(), 0).ok_or_else(refuse)?))
            }
            (Form::Scope, Lit::Str(text)) => match &*text.value() {
                "public" => Ok(Value::Ready(quote!(__mcp::CacheScope::Public))),
                "private" => Ok(Value::Ready(quote!(__mcp::CacheScope::Private))),
                _ => Err(refuse()),
            },
            (Form::Timestamp, Lit::Str(text)) if is_timestamp(&text.value()) => {
                Ok(Value::Text(text.clone()))
            }
            _ => Err(refuse()),
        }
    }

    fn audience(self, key: &Ident, content: ParseStream<'_>) -> syn::Result<Value> {
        let names = self.expect(key, Punctuated::<Ident, Token![,]>::parse_terminated(content))?;
        let roles: Vec<TokenStream> = names
            .iter()
            .map(|name| match &*name.to_string() {
                "user" => Ok(quote!(__mcp::Role::User)),
                "assistant" => Ok(quote!(__mcp::Role::Assistant)),
                other => {
                    let message =
                        format!("`{other}` is no audience: it is `user`, `assistant`, or both");
                    Err(syn::Error::new_spanned(name, message))
                }
            })
            .collect::<syn::Result<_>>()?;
        if roles.is_empty() {
            return Err(syn::Error::new_spanned(key, self.usage(key)));
        }
        Ok(Value::Ready(quote!(&[#(#roles),*])))
    }

    /// What a token has to name; nothing at all would say that the function needs no token.
    fn scopes(self, key: &Ident, content: ParseStream<'_>) -> syn::Result<Value> {
        let scopes = content.call(Punctuated::<LitStr, Token![,]>::parse_terminated);
        let scopes = self.expect(key, scopes)?;
        if scopes.is_empty() {
            return Err(syn::Error::new_spanned(key, self.usage(key)));
        }
        if let Some(wrong) = scopes.iter().find(|scope| !is_scope(&scope.value())) {
            let what =
                "a scope is printable ASCII without spaces, quotes and backslashes (RFC 6749, 3.3)";
            return Err(syn::Error::new_spanned(wrong, what));
        }
        let scopes = scopes.iter();
        Ok(Value::Ready(quote!(&[#(#scopes),*])))
    }

    /// Says how the key is written, where the author wrote something else.
    fn expect<T>(self, key: &Ident, result: syn::Result<T>) -> syn::Result<T> {
        result.map_err(|_| syn::Error::new_spanned(key, self.usage(key)))
    }

    fn usage(self, key: &Ident) -> String {
        let form = match self {
            Form::Text | Form::Prose => format!("text: `{key} = \"..\"`"),
            Form::Flag => format!("a flag: `{key}` or `{key} = false`"),
            Form::Size => format!("a whole number: `{key} = 1024`"),
            Form::Count => format!("a whole number from 1 on: `{key} = 4`"),
            Form::Fraction => format!("a number from 0.0 to 1.0: `{key} = 0.5`"),
            Form::Duration | Form::Age => {
                format!("a duration: `{key} = \"30s\"`, `\"500ms\"` or `\"2m\"`")
            }
            Form::Scope => {
                format!("who may be given a copy: `{key} = \"public\"` or `{key} = \"private\"`")
            }
            Form::Timestamp => format!("an ISO 8601 date: `{key} = \"1999-12-31T23:59:59Z\"`"),
            Form::Audience => format!("a list: `{key}(user, assistant)`"),
            Form::Scopes => format!("a list: `{key}(\"files:read\", \"files:write\")`"),
            Form::Icon => format!(
                "a list: `{key}(\"https://..\", mime_type = \"image/png\", sizes = \"48x48\")`"
            ),
            Form::Meta => format!("a list: `{key}(\"com.example/key\" = \"value\")`"),
            Form::Schema => format!(
                "the text of a JSON Schema: `{key} = include_str!(\"..\")`, a constant or a literal"
            ),
            Form::Path => format!("a path: `{key} = my_crate::mcp_runtime`"),
        };
        format!("`{key}` takes {form}")
    }
}

fn is_scope(text: &str) -> bool {
    let fits = |byte| matches!(byte, b'!'..=b'~') && byte != b'"' && byte != b'\\';
    !text.is_empty() && text.bytes().all(fits)
}

fn fraction(literal: &Lit) -> Option<TokenStream> {
    let value: f64 = match literal {
        Lit::Int(int) => int.base10_parse().ok()?,
        Lit::Float(float) => float.base10_parse().ok()?,
        _ => return None,
    };
    (0.0..=1.0).contains(&value).then(|| quote!(#value))
}

/// `"30s"`, `"500ms"`, `"2m"`; not less than `least` of its unit.
fn duration(text: &str, least: u64) -> Option<TokenStream> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (amount, unit) = text.split_at(digits);
    let amount: u64 = amount.parse().ok().filter(|amount| *amount >= least)?;
    match unit {
        "ms" => Some(quote!(::core::time::Duration::from_millis(#amount))),
        "s" => Some(quote!(::core::time::Duration::from_secs(#amount))),
        "m" => amount
            .checked_mul(60)
            .map(|seconds| quote!(::core::time::Duration::from_secs(#seconds))),
        _ => None,
    }
}

/// A date, or a date and a time with its zone: the shapes of ISO 8601 that MCP clients read.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    fits(date, "dddd-dd-dd") && time.is_none_or(is_time)
}

fn is_time(text: &str) -> bool {
    let Some(zone) = text.find(['Z', '+', '-']) else {
        return false;
    };
    let (clock, zone) = text.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_zone = zone == "Z" || fits(&zone[1..], "dd:dd");
    (fits(clock, "dd:dd:dd") || fits(clock, "dd:dd")) && is_fraction && is_zone
}

/// Whether `text` has a digit for each `d` of `shape`, and its other characters as they are.
fn fits(text: &str, shape: &str) -> bool {
    let fit = |(byte, shape): (u8, u8)| {
        if shape == b'd' { byte.is_ascii_digit() } else { byte == shape }
    };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let millis = quote!(::core::time::Duration::from_millis(500u64)).to_string();
        assert_eq!(duration("500ms", 1).unwrap().to_string(), millis);
        let minutes = quote!(::core::time::Duration::from_secs(120u64)).to_string();
        assert_eq!(duration("2m", 1).unwrap().to_string(), minutes);
        for bad in ["", "30", "s", "0s", "1.5s", "-1s", "1 s", "1h", "99999999999999999999s"] {
            assert!(duration(bad, 1).is_none(), "{bad}");
        }
        assert!(duration("0s", 0).is_some());
    }

    #[test]
    fn timestamps() {
        for good in [
            "1999-12-31",
            "1999-12-31T23:59Z",
            "1999-12-31T23:59:59.25+01:00",
            "1999-12-31T23:59:59-05:30",
        ] {
            assert!(is_timestamp(good), "{good}");
        }
        for bad in [
            "",
            "yesterday",
            "1999-12",
            "1999-12-31T",
            "1999-12-31T23:59:59",
            "1999-12-31T23:59:59.Z",
            "31-12-1999",
        ] {
            assert!(!is_timestamp(bad), "{bad}");
        }
    }
}
