//! What of a list a caller sees.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use super::Catalogue;
use super::catalogue::Listing;
use crate::context::unpoisoned;
use crate::revision::Stamp;
use crate::wire::cache::{CacheHint, CacheScope};

/// Parts of one list that are kept, each with its pages; further ones are made for each request.
const KEPT: usize = 64;

/// All of these have to be held.
pub(super) type RequiredScopes = &'static [&'static str];

/// The scopes that seeing a list needs, and what was made of it for callers who hold some of them.
///
/// Callers who may see the same see the same part, whatever scopes they hold besides: there are as
/// many parts as there are ways to hold what the list asks for.
#[derive(Debug)]
pub(super) struct Parts {
    /// Each set of scopes that a place needs, once.
    locks: Vec<RequiredScopes>,
    made: Mutex<Made>,
}

/// Which locks are open, and what is seen then: few enough to be looked through.
type Made = Vec<(Vec<bool>, Arc<Catalogue>)>;

/// A list, as one caller sees it.
#[derive(Debug)]
pub(crate) enum Seen<'a> {
    Whole(&'a Catalogue),
    Part(Arc<Catalogue>),
}

impl Deref for Seen<'_> {
    type Target = Catalogue;

    fn deref(&self) -> &Catalogue {
        match self {
            Self::Whole(whole) => whole,
            Self::Part(part) => part,
        }
    }
}

impl Parts {
    pub(super) fn new() -> Self {
        Self { locks: Vec::new(), made: Mutex::default() }
    }

    pub(super) fn note(&mut self, scopes: RequiredScopes) {
        if !scopes.is_empty() && !self.locks.contains(&scopes) {
            self.locks.push(scopes);
        }
    }

    /// A list that not everybody sees alike is for nobody else to keep (server/utilities/caching).
    pub(super) fn stamp<'a>(&self, stamp: Stamp<'a>) -> Stamp<'a> {
        match *self.locks {
            [] => stamp,
            _ => {
                let cache = CacheHint { scope: CacheScope::Private, ..stamp.cache };
                Stamp { cache, ..stamp }
            }
        }
    }
}

impl Catalogue {
    /// The list as a caller sees it, of whom `may` says which scopes they hold.
    pub(crate) fn seen(&self, may: impl Fn(RequiredScopes) -> bool) -> Seen<'_> {
        let Parts { locks, made } = &self.parts;
        let open: Vec<bool> = locks.iter().map(|scopes| may(scopes)).collect();
        if open.iter().all(|open| *open) {
            return Seen::Whole(self);
        }
        let mut made = unpoisoned(made.lock());
        if let Some((_, part)) = made.iter().find(|(of, _)| *of == open) {
            return Seen::Part(part.clone());
        }
        let is_open = |place: &&Listing| {
            let locked = locks.iter().zip(&open).find(|(lock, _)| **lock == place.scopes);
            locked.is_none_or(|(_, open)| *open)
        };
        let mut part = self.empty_like();
        // What is not seen has no place either: a cursor that names it tells nothing of it.
        part.places = self.places.iter().filter(is_open).cloned().collect();
        part.parts.locks.clone_from(locks);
        let part = Arc::new(part);
        if made.len() < KEPT {
            made.push((open, part.clone()));
        }
        Seen::Part(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::prompt::Prompt;

    const LOCKS: [(&str, RequiredScopes); 7] = [
        ("a", &["a"]),
        ("b", &["b"]),
        ("c", &["c"]),
        ("d", &["d"]),
        ("e", &["e"]),
        ("f", &["f"]),
        ("g", &["g", "a"]),
    ];

    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::new("prompts", 10);
        for (name, scopes) in LOCKS {
            let (title, description, meta) = (None, None, None);
            let prompt =
                Prompt { name, title, description, arguments: Vec::new(), icons: &[], meta };
            catalogue.push(name, scopes, Some(Arc::new(prompt) as _));
        }
        catalogue
    }

    fn names(seen: &Catalogue) -> String {
        seen.places.iter().map(|place| place.key).collect()
    }

    #[test]
    fn callers_who_see_the_same_share_it() {
        let catalogue = catalogue();
        let may = |held: &'static str| {
            move |scopes: RequiredScopes| scopes.iter().all(|one| held.contains(one))
        };
        assert_eq!(names(&catalogue.seen(may("xag"))), "ag");
        let (Seen::Part(one), Seen::Part(other)) =
            (catalogue.seen(may("ab")), catalogue.seen(may("bza")))
        else {
            panic!("both see a part")
        };
        assert!(Arc::ptr_eq(&one, &other));
        assert!(matches!(catalogue.seen(|_| true), Seen::Whole(_)));
    }

    #[test]
    fn no_more_parts_are_kept_than_that() {
        let catalogue = catalogue();
        for bits in 0..2_usize.pow(LOCKS.len() as u32) {
            let open = |scopes: RequiredScopes| {
                let at = LOCKS.iter().position(|(_, lock)| *lock == scopes).unwrap();
                bits & (1 << at) != 0
            };
            assert_eq!(names(&catalogue.seen(open)).len(), bits.count_ones() as usize);
        }
        assert_eq!(catalogue.parts.made.lock().unwrap().len(), KEPT);
    }
}
