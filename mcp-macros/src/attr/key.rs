//! Every key of the three attributes. To add one, add a row.

use proc_macro2::Ident;
use syn::ext::IdentExt;

use super::form::Form;
use crate::kind::Kind::{self, Resource, Tool};

#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    on: &'static [Kind],
    pub(crate) form: Form,
    /// The builder method of the definition it becomes a call of; without one, the macros read it themselves.
    pub(crate) setter: Option<&'static str>,
}

#[rustfmt::skip]
static KEYS: &[Key] = &[
    read("name",          Kind::ALL,   Form::Text),
    sets("title",         Kind::ALL,   Form::Text),
    read("description",   Kind::ALL,   Form::Prose),
    sets("read_only",     &[Tool],     Form::Flag),
    sets("destructive",   &[Tool],     Form::Flag),
    sets("idempotent",    &[Tool],     Form::Flag),
    sets("open_world",    &[Tool],     Form::Flag),
    sets("max_concurrency", &[Tool],   Form::Count),
    sets("input_schema",  &[Tool],     Form::Schema),
    sets("output_schema", &[Tool],     Form::Schema),
    sets("mime_type",     &[Resource], Form::Text),
    sets("size",          &[Resource], Form::Size),
    sets("audience",      &[Resource], Form::Audience),
    sets("priority",      &[Resource], Form::Fraction),
    sets("last_modified", &[Resource], Form::Timestamp),
    sets("ttl",           &[Resource], Form::Age),
    sets("scope",         &[Resource], Form::Scope),
    sets("icon",          Kind::ALL,   Form::Icon).through("icons"),
    sets("meta",          Kind::ALL,   Form::Meta),
    sets("timeout",       Kind::ALL,   Form::Duration),
    sets("scopes",        Kind::ALL,   Form::Scopes),
    read("blocking",      Kind::ALL,   Form::Flag),
    read("inline",        Kind::ALL,   Form::Flag),
    read("crate",         Kind::ALL,   Form::Path),
];

const fn sets(name: &'static str, on: &'static [Kind], form: Form) -> Key {
    Key { name, on, form, setter: Some(name) }
}

const fn read(name: &'static str, on: &'static [Kind], form: Form) -> Key {
    Key { name, on, form, setter: None }
}

impl Key {
    const fn through(mut self, setter: &'static str) -> Key {
        self.setter = Some(setter);
        self
    }

    pub(crate) fn find(kind: Kind, ident: &Ident) -> syn::Result<&'static Key> {
        let name = ident.unraw().to_string();
        let known = KEYS.iter().find(|key| key.name == name);
        match known {
            Some(key) if key.on.contains(&kind) => Ok(key),
            Some(key) => Err(syn::Error::new(ident.span(), key.misplaced(kind))),
            None => Err(syn::Error::new(ident.span(), unknown(kind, &name))),
        }
    }

    fn misplaced(&self, kind: Kind) -> String {
        let owners: Vec<String> = self.on.iter().map(Kind::to_string).collect();
        format!("`{}` is a key of {}, not of {kind}", self.name, owners.join(" and "))
    }
}

fn unknown(kind: Kind, name: &str) -> String {
    let names: Vec<&str> =
        KEYS.iter().filter(|key| key.on.contains(&kind)).map(|key| key.name).collect();
    match nearest(name, &names) {
        Some(near) => format!("{kind} has no key `{name}`; did you mean `{near}`?"),
        None => format!("{kind} has no key `{name}`; it knows {}", names.join(", ")),
    }
}

/// The candidate the author probably meant. Jaro-Winkler rewards a common start, so `read_only_hint` finds
/// `read_only`; case and underscores say nothing about intent.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    const CLOSE_ENOUGH: f64 = 0.82;
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let likeness = |candidate: &&str| strsim::jaro_winkler(&plain(name), &plain(candidate));
    let scored = candidates.iter().map(|candidate| (likeness(candidate), *candidate));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= CLOSE_ENOUGH).then_some(best.1)
}
