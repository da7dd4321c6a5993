//! `icon("https://..", mime_type = "image/png", sizes = "48x48 96x96", theme = "dark")`

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::parse::ParseStream;
use syn::{LitStr, Token};

use super::nearest;

pub(crate) struct Icon {
    source: LitStr,
    /// Builder calls for what else is known of it.
    details: Vec<TokenStream>,
}

const KEYS: &[&str] = &["mime_type", "sizes", "theme"];

impl Icon {
    pub(crate) fn parse(key: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let source: LitStr = input.parse().map_err(|_| {
            syn::Error::new_spanned(key, "an icon starts with its address: `icon(\"https://..\")`")
        })?;
        check_source(&source)?;
        let mut details = Vec::new();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let key: Ident = input.parse()?;
            if seen.contains(&key) {
                return Err(syn::Error::new_spanned(&key, format!("`{key}` is given twice")));
            }
            details.push(detail(&key, input)?);
            seen.push(key);
        }
        Ok(Icon { source, details })
    }
}

impl ToTokens for Icon {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Icon { source, details } = self;
        tokens.extend(quote!(__mcp::Icon::new(#source)#(#details)*));
    }
}

/// Clients load icons by themselves, so the specification limits where from.
fn check_source(source: &LitStr) -> syn::Result<()> {
    let text = source.value();
    if text.starts_with("https://") || text.starts_with("data:") {
        return Ok(());
    }
    Err(syn::Error::new_spanned(
        source,
        "clients load icons from `https:` and `data:` addresses only",
    ))
}

fn detail(key: &Ident, input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let name = key.to_string();
    if !KEYS.contains(&&*name) {
        let message = match nearest(&name, KEYS) {
            Some(near) => format!("an icon has no `{name}`; did you mean `{near}`?"),
            None => format!("an icon has no `{name}`; it has {}", KEYS.join(", ")),
        };
        return Err(syn::Error::new_spanned(key, message));
    }
    let value: LitStr = input.parse::<Token![=]>().and_then(|_| input.parse()).map_err(|_| {
        syn::Error::new_spanned(key, format!("`{name}` takes text: `{name} = \"..\"`"))
    })?;
    match &*name {
        "sizes" => sizes(&value),
        "theme" => theme(&value),
        _ => Ok(quote!(.#key(#value))),
    }
}

fn sizes(value: &LitStr) -> syn::Result<TokenStream> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_size = |text: &&str| {
        *text == "any"
            || text.split_once('x').is_some_and(|(wide, high)| is_number(wide) && is_number(high))
    };
    let text = value.value();
    let sizes: Vec<&str> = text.split_whitespace().collect();
    if sizes.is_empty() || !sizes.iter().all(is_size) {
        return Err(syn::Error::new_spanned(
            value,
            "sizes are written `48x48`, with spaces between them, or `any`",
        ));
    }
    Ok(quote!(.sizes(&[#(#sizes),*])))
}

fn theme(value: &LitStr) -> syn::Result<TokenStream> {
    let variant = match &*value.value() {
        "dark" => "Dark",
        "light" => "Light",
        other => {
            let message = format!("`{other}` is no theme: an icon is for `dark` or for `light`");
            return Err(syn::Error::new_spanned(value, message));
        }
    };
    let variant = format_ident!("{variant}");
    Ok(quote!(.theme(__mcp::Theme::#variant)))
}
