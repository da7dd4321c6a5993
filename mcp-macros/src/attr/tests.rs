use quote::quote;

use super::*;

fn parse(kind: Kind, attribute: TokenStream) -> (Settings, Vec<String>) {
    let errors = Errors::new();
    let settings = Settings::parse(kind, attribute, &errors);
    let found =
        errors.finish().err().map(|all| all.into_iter().map(|error| error.to_string()).collect());
    (settings, found.unwrap_or_default())
}

fn errors(kind: Kind, attribute: TokenStream) -> Vec<String> {
    parse(kind, attribute).1
}

fn setters(kind: Kind, attribute: TokenStream) -> String {
    let (settings, errors) = parse(kind, attribute);
    assert_eq!(errors, Vec::<String>::new());
    settings.setters().to_string()
}

#[test]
fn every_key_with_a_setter_becomes_a_call() {
    let written = quote!(name = "n", title = "T", read_only, destructive = false, timeout = "30s");
    let expected = quote! {
        .title("T").read_only(true).destructive(false).timeout(::core::time::Duration::from_secs(30u64))
    };
    assert_eq!(setters(Kind::Tool, written), expected.to_string());
}

#[test]
fn repeated_keys_become_one_call() {
    let written = quote!(
        icon("https://a/b.png", sizes = "48x48 any", theme = "dark"),
        icon("data:x"),
        meta("a" = 1),
        meta("b" = true)
    );
    let expected = quote! {
        .icons(&[
            __mcp::Icon::new("https://a/b.png").sizes(&["48x48", "any"]).theme(__mcp::Theme::Dark),
            __mcp::Icon::new("data:x")
        ])
        .meta("{\"a\":1,\"b\":true}")
    };
    assert_eq!(setters(Kind::Prompt, written), expected.to_string());
}

#[test]
fn a_resource_starts_with_its_uri() {
    let written = quote!(
        "config://app",
        mime_type = "text/plain",
        size = 3,
        audience(user, assistant),
        priority = 1
    );
    let (settings, errors) = parse(Kind::Resource, written);
    assert!(errors.is_empty());
    assert_eq!(settings.uri.as_ref().unwrap().value(), "config://app");
    let expected = quote! {
        .mime_type("text/plain").size(3u64)
        .audience(&[__mcp::Role::User, __mcp::Role::Assistant]).priority(1f64)
    };
    assert_eq!(settings.setters().to_string(), expected.to_string());
}

#[test]
fn keys_may_be_raw_and_macros_may_describe() {
    let (settings, errors) =
        parse(Kind::Tool, quote!(r#inline, description = include_str!("a.md")));
    assert!(errors.is_empty());
    assert!(settings.flag("inline"));
    assert!(!settings.flag("blocking"));
    assert_eq!(
        settings.expression("description").unwrap().to_string(),
        quote!(include_str!("a.md")).to_string()
    );
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let near = |key: TokenStream| errors(Kind::Tool, key).remove(0);
    assert_eq!(near(quote!(titel = "T")), "`#[tool]` has no key `titel`; did you mean `title`?");
    assert_eq!(
        near(quote!(readOnlyHint)),
        "`#[tool]` has no key `readOnlyHint`; did you mean `read_only`?"
    );
    assert!(near(quote!(zebra)).contains("it knows name, title,"));
}

#[test]
fn a_misplaced_key_says_where_it_belongs() {
    assert_eq!(
        errors(Kind::Tool, quote!(mime_type = "a/b")),
        ["`mime_type` is a key of `#[resource]`, not of `#[tool]`"]
    );
}

#[test]
fn a_duplicate_points_at_both() {
    assert_eq!(
        errors(Kind::Tool, quote!(title = "a", title = "b")),
        ["`title` is given twice", "`title` is first given here"]
    );
}

#[test]
fn meta_repeats_but_its_keys_do_not() {
    assert_eq!(
        errors(Kind::Tool, quote!(meta("a" = 1), meta("b" = 2, "a" = 3))),
        ["`\"a\"` is given twice", "`\"a\"` is first given here"]
    );
}

#[test]
fn every_bad_entry_is_reported() {
    let written =
        quote!(title = 3, read_only = "yes", timeout = "soon", icon, crate = "x", inline blocking);
    assert_eq!(
        errors(Kind::Tool, written),
        [
            "`title` takes text: `title = \"..\"`",
            "`read_only` takes a flag: `read_only` or `read_only = false`",
            "`timeout` takes a duration: `timeout = \"30s\"`, `\"500ms\"` or `\"2m\"`",
            "`icon` takes a list: `icon(\"https://..\", mime_type = \"image/png\", sizes = \"48x48\")`",
            "`crate` takes a path: `crate = my_crate::mcp_runtime`",
            "`inline` takes a flag: `inline` or `inline = false`",
        ]
    );
}

#[test]
fn a_bare_literal_is_pointed_to_its_key() {
    let message = "every value of `#[tool]` has a key; for a name, write `name = \"add\"`";
    assert_eq!(errors(Kind::Tool, quote!("add")), [message]);
    assert_eq!(
        errors(Kind::Resource, quote!(title = "T", "a://b")),
        ["only the URI, which comes first, has no key"]
    );
}

#[test]
fn icons_are_checked() {
    let error = |icon: TokenStream| errors(Kind::Tool, icon).remove(0);
    assert!(error(quote!(icon("http://a"))).contains("`https:` and `data:`"));
    assert!(error(quote!(icon("https://a", size = "1x1"))).contains("did you mean `sizes`?"));
    assert!(error(quote!(icon("https://a", sizes = "big"))).contains("`48x48`"));
    assert!(error(quote!(icon("https://a", theme = "blue"))).contains("no theme"));
    assert!(error(quote!(icon("https://a", theme = "dark", theme = "dark"))).contains("twice"));
}
