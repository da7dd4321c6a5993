//! `meta("com.example/key" = "value", "count" = 3, "beta" = true)` → the text of one JSON object.

use std::fmt::Write;

use syn::parse::ParseStream;
use syn::{Lit, LitStr, Token};

pub(crate) struct MetaEntry {
    key: LitStr,
    /// JSON.
    value: String,
}

pub(crate) fn parse(input: ParseStream<'_>) -> syn::Result<Vec<MetaEntry>> {
    let mut entries = Vec::new();
    while !input.is_empty() {
        let key: LitStr = input.parse().map_err(|error| {
            syn::Error::new(
                error.span(),
                "a key of `meta` is text: `\"com.example/key\" = \"value\"`",
            )
        })?;
        check_key(&key)?;
        if entries.iter().any(|entry: &MetaEntry| entry.key == key) {
            return Err(syn::Error::new_spanned(
                &key,
                format!("{key:?} is given twice", key = key.value()),
            ));
        }
        let value: Lit = input
            .parse::<Token![=]>()
            .and_then(|_| input.parse())
            .map_err(|_| value_error(&key))?;
        entries.push(MetaEntry { value: json(&value).ok_or_else(|| value_error(&value))?, key });
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

pub(crate) fn object<'a>(entries: impl Iterator<Item = &'a MetaEntry>) -> String {
    let members: Vec<String> =
        entries.map(|entry| format!("{}:{}", json_text(&entry.key.value()), entry.value)).collect();
    format!("{{{}}}", members.join(","))
}

/// A key both have.
pub(crate) fn shared_key<'a>(
    new: &'a [MetaEntry],
    old: &'a [MetaEntry],
) -> Option<(&'a LitStr, &'a LitStr)> {
    let same = |new: &'a MetaEntry| {
        old.iter().find(|old| old.key == new.key).map(|old| (&new.key, &old.key))
    };
    new.iter().find_map(same)
}

/// <https://modelcontextprotocol.io/specification/draft/basic#meta>: labels, a slash, a name; prefixes whose second
/// label is `modelcontextprotocol` or `mcp` belong to the specification.
fn check_key(key: &LitStr) -> syn::Result<()> {
    let text = key.value();
    let (prefix, name) =
        text.split_once('/').map_or((None, &*text), |(prefix, name)| (Some(prefix), name));
    let labels: Vec<&str> = prefix.map(|prefix| prefix.split('.').collect()).unwrap_or_default();
    if matches!(labels.get(1), Some(&("modelcontextprotocol" | "mcp"))) {
        let message = format!(
            "the prefix `{}/` is reserved for the protocol; use a domain of yours",
            labels.join(".")
        );
        return Err(syn::Error::new_spanned(key, message));
    }
    let is_label = |label: &&str| {
        label.starts_with(|c: char| c.is_ascii_alphabetic())
            && label.ends_with(|c: char| c.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if labels.iter().all(is_label) && is_name(name) {
        return Ok(());
    }
    Err(syn::Error::new_spanned(key, "a key of `meta` is written `name` or `com.example/name`"))
}

fn is_name(name: &str) -> bool {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(is_inner)
}

fn value_error(at: impl quote::ToTokens) -> syn::Error {
    syn::Error::new_spanned(
        at,
        "a value of `meta` is text, a number, `true` or `false`: `\"key\" = \"value\"`",
    )
}

fn json(value: &Lit) -> Option<String> {
    match value {
        Lit::Str(text) => Some(json_text(&text.value())),
        Lit::Bool(flag) => Some(flag.value.to_string()),
        Lit::Int(int) => int.base10_parse::<i128>().ok().map(|value| value.to_string()),
        Lit::Float(float) => {
            float.base10_parse::<f64>().ok().filter(|v| v.is_finite()).map(|v| v.to_string())
        }
        _ => None,
    }
}

fn json_text(text: &str) -> String {
    let mut json = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            c if c.is_control() => {
                write!(json, "\\u{:04x}", u32::from(c)).expect("a String takes all text")
            }
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    fn meta(source: &str) -> Result<String, String> {
        let entries = parse.parse_str(source).map_err(|error| error.to_string())?;
        Ok(object(entries.iter()))
    }

    #[test]
    fn becomes_one_json_object() {
        let source =
            r#""com.example/a" = "say \"hi\"\n\u{7}", "b" = -3, "c.d_e" = 1.5, "beta" = true,"#;
        assert_eq!(
            meta(source).unwrap(),
            r#"{"com.example/a":"say \"hi\"\n\u0007","b":-3,"c.d_e":1.5,"beta":true}"#
        );
        assert_eq!(meta("").unwrap(), "{}");
    }

    #[test]
    fn a_float_stays_json() {
        assert_eq!(
            meta(r#""a" = 1., "b" = 1e3, "c" = 1_000u64"#).unwrap(),
            r#"{"a":1,"b":1000,"c":1000}"#
        );
    }

    #[test]
    fn reserved_prefixes_are_refused() {
        for reserved in ["io.modelcontextprotocol/a", "dev.mcp/a", "com.mcp.tools/a"] {
            assert!(
                meta(&format!("{reserved:?} = 1")).unwrap_err().contains("reserved"),
                "{reserved}"
            );
        }
        assert!(meta(r#""com.example.mcp/a" = 1"#).is_ok());
    }

    #[test]
    fn malformed_entries_are_refused() {
        for bad in [
            r#""a b" = 1"#,
            r#""/a" = 1"#,
            r#""1.a/b" = 1"#,
            r#""" = 1"#,
            r#""a""#,
            r#""a" = 'c'"#,
            "a = 1",
        ] {
            assert!(meta(bad).is_err(), "{bad}");
        }
        assert!(meta(r#""a" = 1, "a" = 2"#).unwrap_err().contains("twice"));
    }
}
