//! Collects every mistake, so that one build reports them all.

use std::cell::RefCell;
use std::fmt::Display;

use quote::ToTokens;

/// Must end in [`Errors::finish`]: dropping it unread is a bug in this crate, and panics.
#[derive(Debug)]
pub(crate) struct Errors {
    /// `None` once finished.
    found: RefCell<Option<Vec<syn::Error>>>,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Errors { found: RefCell::new(Some(Vec::new())) }
    }

    /// Reports `message` at exactly these tokens.
    pub(crate) fn at(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(found) = self.found.borrow_mut().as_mut() {
            found.push(error);
        }
    }

    /// Keeps the value, or the error that explains why there is none.
    pub(crate) fn keep<T>(&self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// All of them as one, in the order they were found.
    pub(crate) fn finish(self) -> syn::Result<()> {
        let found = self.found.take().unwrap_or_default();
        let mut found = found.into_iter();
        let Some(mut all) = found.next() else {
            return Ok(());
        };
        all.extend(found);
        Err(all)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        let unread = self.found.borrow().is_some();
        if unread && !std::thread::panicking() {
            panic!("errors were collected and never reported");
        }
    }
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn reports_all_in_order() {
        let errors = Errors::new();
        errors.at(quote!(a), "first");
        errors.at(quote!(b), "second");
        let all: Vec<String> =
            errors.finish().unwrap_err().into_iter().map(|e| e.to_string()).collect();
        assert_eq!(all, ["first", "second"]);
    }

    #[test]
    #[should_panic(expected = "never reported")]
    fn cannot_be_forgotten() {
        drop(Errors::new());
    }
}
