use std::sync::{Arc, OnceLock};
use std::{fmt, ptr};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::seen::{Parts, RequiredScopes};
use crate::revision::{At, EncodeAt, Page, Revision, Stamp};
use crate::wire::{Code, ErrorObject, SharedResult};

/// One kind of item as `…/list` shows it: pages are written once per revision.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The member of the result that holds the items.
    name: &'static str,
    page_size: usize,
    pub(super) places: Vec<Listing>,
    pages: [OnceLock<Vec<Written>>; Revision::ALL.len()],
    /// What callers see who may not see all.
    pub(super) parts: Parts,
}

/// A page; an error if it cannot be written.
type Written = Result<SharedResult, ErrorObject>;

/// A place in a list.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) key: &'static str,
    /// What seeing it needs.
    pub(super) scopes: RequiredScopes,
    /// Nothing if it is disabled or removed: a cursor may still name it.
    item: Option<Arc<dyn ListItem>>,
}

/// What stands in a list, which only asks how it is written there.
pub(crate) trait ListItem: EncodeAt + Send + Sync {}

impl<T: EncodeAt + Send + Sync> ListItem for T {}

/// What it shows is for clients; written out here, it would be in every program.
impl fmt::Debug for dyn ListItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ListItem")
    }
}

impl Catalogue {
    pub(super) fn new(name: &'static str, page_size: usize) -> Self {
        Self {
            name,
            page_size: page_size.max(1),
            places: Vec::new(),
            pages: Default::default(),
            parts: Parts::new(),
        }
    }

    /// A list of the same name and page size.
    pub(super) fn empty_like(&self) -> Self {
        Self::new(self.name, self.page_size)
    }

    /// The next place, the scopes that seeing it needs, and what is listed there: nothing if it is
    /// disabled or removed.
    pub(super) fn push(
        &mut self,
        key: &'static str,
        scopes: RequiredScopes,
        item: Option<Arc<dyn ListItem>>,
    ) {
        self.parts.note(scopes);
        self.places.push(Listing { key, scopes, item });
    }

    /// What is listed.
    pub(crate) fn items(&self) -> impl Iterator<Item = &dyn ListItem> {
        listed(&self.places).map(|(_, item)| item)
    }

    /// Whether anything is listed, or was or may be again: clients have been told of the list.
    pub(crate) fn is_offered(&self) -> bool {
        !self.places.is_empty()
    }

    /// Whether both list the same.
    pub(crate) fn lists_the_same(&self, other: &Self) -> bool {
        let items = |list: &Self| -> Vec<_> {
            list.items().map(|item| ptr::from_ref(item).cast::<()>()).collect()
        };
        items(self) == items(other)
    }

    /// The result of `…/list` that begins at `cursor`, as JSON (server/utilities/pagination).
    pub(crate) fn page(
        &self,
        revision: Revision,
        cursor: Option<&str>,
        stamp: Stamp<'_>,
    ) -> Result<SharedResult, ErrorObject> {
        let start = cursor.map_or(Some(0), |cursor| self.start_behind(cursor));
        let start = start.ok_or_else(|| {
            ErrorObject::new(
                Code::INVALID_PARAMS,
                "params.cursor: not a cursor of this list; start without one",
            )
        })?;
        let stamp = self.parts.stamp(stamp);
        let pages = self.pages[revision as usize].get_or_init(|| self.write(revision, stamp));
        let whole = start.is_multiple_of(self.page_size);
        match pages.get(start / self.page_size).filter(|_| whole) {
            Some(page) => page.clone(),
            None => self.write_page(revision, start, stamp),
        }
    }

    /// A cursor holds the key of the last item before it, so it means the same in every process, and
    /// still does when the list has changed: it goes on behind the place of that item, who may be gone.
    fn start_behind(&self, cursor: &str) -> Option<usize> {
        let text = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let last = std::str::from_utf8(&text).ok()?.strip_prefix(self.name)?.strip_prefix(' ')?;
        let place = self.places.iter().position(|place| place.key == last)?;
        Some(listed(&self.places[..=place]).count())
    }

    fn write(&self, revision: Revision, stamp: Stamp<'_>) -> Vec<Written> {
        let count = listed(&self.places).count().div_ceil(self.page_size).max(1);
        let starts = (0..count).map(|index| index * self.page_size);
        starts.map(|start| self.write_page(revision, start, stamp)).collect()
    }

    /// Ends where a page ends that begins at the beginning, so that the next one is written already.
    fn write_page(&self, revision: Revision, start: usize, stamp: Stamp<'_>) -> Written {
        let mut rest = listed(&self.places).skip(start);
        let length = self.page_size - start % self.page_size;
        let (keys, items): (Vec<_>, Vec<_>) =
            (rest.by_ref().take(length)).map(|(key, item)| (key, item as &dyn EncodeAt)).unzip();
        let last = keys.last().filter(|_| rest.next().is_some());
        let page = Page {
            name: self.name,
            items,
            next_cursor: last.map(|key| URL_SAFE_NO_PAD.encode(format!("{} {key}", self.name))),
            stamp,
        };
        SharedResult::of(&At(revision, &page)).map_err(|error| {
            tracing::error!(list = self.name, %error, "a list cannot be written as JSON");
            ErrorObject::internal()
        })
    }
}

fn listed(places: &[Listing]) -> impl Iterator<Item = (&'static str, &dyn ListItem)> {
    places.iter().filter_map(|place| Some((place.key, place.item.as_deref()?)))
}

#[cfg(test)]
mod tests {
    use std::io;

    use serde_json::value::RawValue;

    use super::*;
    use crate::wire::Line;
    use crate::wire::cache::CacheHint;
    use crate::wire::prompt::Prompt;

    /// A name in brackets has a place and is not listed.
    fn catalogue(names: &[&'static str], page_size: usize) -> Catalogue {
        let mut catalogue = Catalogue::new("prompts", page_size);
        for name in names {
            let key = name.trim_matches(['(', ')']);
            let prompt = Prompt {
                name,
                title: None,
                description: None,
                arguments: Vec::new(),
                icons: &[],
                meta: None,
            };
            catalogue.push(key, &[], (key == *name).then(|| Arc::new(prompt) as _));
        }
        catalogue
    }

    /// The names on a page, and the cursor of the next.
    fn read(
        catalogue: &Catalogue,
        cursor: Option<&str>,
    ) -> Result<(Vec<String>, Option<String>), ErrorObject> {
        let stamp = Stamp { server_info: RawValue::NULL, cache: CacheHint::default() };
        let page = catalogue.page(Revision::ALL[0], cursor, stamp)?;
        let response = [b"{", &*page.into_bytes()].concat();
        let page = &serde_json::from_slice::<serde_json::Value>(&response).unwrap()["result"];
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let names = page["prompts"].as_array().unwrap().iter();
        Ok((names.map(|prompt| text(&prompt["name"])).collect(), page.get("nextCursor").map(text)))
    }

    /// The names on each page, following cursors to the end.
    fn walk(catalogue: &Catalogue) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let (names, next) = read(catalogue, cursor.as_deref()).unwrap();
            pages.push(names);
            cursor = next;
            if cursor.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn pages_hold_every_item_once() {
        assert_eq!(walk(&catalogue(&["a", "b", "c"], 2)), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(walk(&catalogue(&["a", "b"], 2)), [vec!["a", "b"]]);
        assert_eq!(walk(&catalogue(&[], 2)), [Vec::<&str>::new()]);
    }

    #[test]
    fn a_cursor_goes_on_behind_its_item_whatever_became_of_it() {
        let (_, cursor) = read(&catalogue(&["a", "b", "c", "d"], 2), None).unwrap();
        for (now, page, more) in [
            // Behind "b", to where the page ends that the others are on.
            (&["a", "b", "c", "d"][..], &["c", "d"][..], false),
            (&["a", "(b)", "c", "d"], &["c"], true),
            (&["(a)", "(b)", "c", "d"], &["c", "d"], false),
            (&["a", "b", "(c)", "d", "e", "f"], &["d", "e"], true),
            (&["a", "b", "(c)", "(d)"], &[], false),
            (&["(a)", "(b)", "(c)", "(d)"], &[], false),
        ] {
            let (names, next) = read(&catalogue(now, 2), cursor.as_deref()).unwrap();
            assert_eq!((names.join(" "), next.is_some()), (page.join(" "), more), "{now:?}");
        }
    }

    #[test]
    fn a_foreign_cursor_is_an_error() {
        let catalogue = catalogue(&["a", "b", "c"], 2);
        for cursor in [
            "",
            "1",
            "\u{e9}",
            &URL_SAFE_NO_PAD.encode("tools b"),
            &URL_SAFE_NO_PAD.encode("prompts d"),
        ] {
            let error = read(&catalogue, Some(cursor)).unwrap_err();
            assert_eq!(error.code, Code::INVALID_PARAMS, "{cursor}");
        }
    }

    struct Unwritable;

    impl EncodeAt for Unwritable {
        fn encode_at(&self, _: Revision, _: &mut Line) -> io::Result<()> {
            Err(io::ErrorKind::Other.into())
        }
    }

    #[test]
    fn a_page_that_cannot_be_written_is_an_error_and_no_other_is() {
        let mut catalogue = catalogue(&["a", "b"], 2);
        catalogue.push("c", &[], Some(Arc::new(Unwritable)));
        let (names, next) = read(&catalogue, None).unwrap();
        assert_eq!(names, ["a", "b"]);
        let error = read(&catalogue, next.as_deref()).unwrap_err();
        assert_eq!(error, ErrorObject::internal());
    }
}
