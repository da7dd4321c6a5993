use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::revision::{At, Page, Revision, SerializeAt, Stamp};
use crate::wire::{Code, ErrorObject};

/// One kind of item as `…/list` shows it: pages are written once per revision.
#[derive(Debug)]
pub(crate) struct Catalogue<T> {
    /// The member of the result that holds the items.
    name: &'static str,
    page_size: usize,
    keys: Vec<&'static str>,
    items: Vec<Arc<T>>,
    pages: [OnceLock<Vec<Box<RawValue>>>; Revision::ALL.len()],
}

impl<T: SerializeAt> Catalogue<T> {
    pub(super) fn new(name: &'static str, page_size: usize) -> Self {
        Self {
            name,
            page_size: page_size.max(1),
            keys: Vec::new(),
            items: Vec::new(),
            pages: Default::default(),
        }
    }

    pub(super) fn push(&mut self, key: &'static str, item: Arc<T>) {
        self.keys.push(key);
        self.items.push(item);
    }

    pub(crate) fn items(&self) -> &[Arc<T>] {
        &self.items
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The result of `…/list` that begins at `cursor`, as JSON (server/utilities/pagination).
    pub(crate) fn page(
        &self,
        revision: Revision,
        cursor: Option<&str>,
        stamp: Stamp<'_>,
    ) -> Result<&RawValue, ErrorObject> {
        let page = cursor.map_or(Some(0), |cursor| self.page_after(cursor));
        let pages = self.pages[revision as usize].get_or_init(|| self.write(revision, stamp));
        page.and_then(|page| pages.get(page)).map(AsRef::as_ref).ok_or_else(|| {
            ErrorObject::new(
                Code::INVALID_PARAMS,
                "params.cursor: not a cursor of this list; start without one",
            )
        })
    }

    /// A cursor holds the key of the last item before it, so it means the same in every process.
    fn page_after(&self, cursor: &str) -> Option<usize> {
        let text = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let last = std::str::from_utf8(&text).ok()?.strip_prefix(self.name)?.strip_prefix(' ')?;
        let position = self.keys.iter().position(|key| *key == last)?;
        (position + 1).is_multiple_of(self.page_size).then_some((position + 1) / self.page_size)
    }

    fn cursor_after(&self, position: usize) -> String {
        URL_SAFE_NO_PAD.encode(format!("{} {}", self.name, self.keys[position]))
    }

    fn write(&self, revision: Revision, stamp: Stamp<'_>) -> Vec<Box<RawValue>> {
        let items: Vec<_> = self.items.iter().map(|item| to_raw(&At(revision, &**item))).collect();
        let count = items.len().div_ceil(self.page_size).max(1);
        let page = |index: usize| {
            let end = items.len().min((index + 1) * self.page_size);
            Page {
                name: self.name,
                items: &items[index * self.page_size..end],
                next_cursor: (end < items.len()).then(|| self.cursor_after(end - 1)),
                stamp,
            }
        };
        (0..count).map(|index| to_raw(&At(revision, &page(index)))).collect()
    }
}

/// What we list is strings and schemas: writing it cannot fail.
fn to_raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::cache::CacheHint;
    use crate::wire::prompt::Prompt;

    fn catalogue(names: &[&'static str], page_size: usize) -> Catalogue<Prompt> {
        let mut catalogue = Catalogue::new("prompts", page_size);
        for name in names {
            let prompt = Prompt {
                name,
                title: None,
                description: None,
                arguments: Vec::new(),
                icons: &[],
                meta: None,
            };
            catalogue.push(name, Arc::new(prompt));
        }
        catalogue
    }

    /// The names on each page, following cursors to the end.
    fn walk(catalogue: &Catalogue<Prompt>) -> Vec<Vec<String>> {
        let stamp = Stamp { server_info: RawValue::NULL, cache: CacheHint::default() };
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = catalogue.page(Revision::ALL[0], cursor.as_deref(), stamp).unwrap();
            let page: serde_json::Value = serde_json::from_str(page.get()).unwrap();
            let names = page["prompts"].as_array().unwrap().iter();
            pages.push(names.map(|prompt| prompt["name"].as_str().unwrap().to_owned()).collect());
            match page.get("nextCursor") {
                Some(next) => cursor = Some(next.as_str().unwrap().to_owned()),
                None => return pages,
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
    fn a_foreign_cursor_is_an_error() {
        let catalogue = catalogue(&["a", "b", "c"], 2);
        let stamp = Stamp { server_info: RawValue::NULL, cache: CacheHint::default() };
        for cursor in [
            "",
            "1",
            "\u{e9}",
            &URL_SAFE_NO_PAD.encode("tools b"),
            &URL_SAFE_NO_PAD.encode("prompts a"),
        ] {
            let error = catalogue.page(Revision::ALL[0], Some(cursor), stamp).unwrap_err();
            assert_eq!(error.code, Code::INVALID_PARAMS, "{cursor}");
        }
    }
}
