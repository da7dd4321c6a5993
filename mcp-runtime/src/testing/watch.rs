//! How this project holds all that its tests' clients get against the official schemas: whoever
//! links a [`Watcher`] in sees every message, and no test has to ask for it.

use std::fmt;
use std::sync::Mutex;

use serde_json::Value;

use crate::context::unpoisoned;

/// Sees one client's messages, each before anybody else does.
pub trait Watch: Send {
    /// The client sends a message.
    fn sent(&mut self, message: &Value);
    /// The client gets a message; a panic ends its connection.
    fn received(&mut self, message: &Value);
}

/// Makes a [`Watch`] for each client of the program: `inventory::submit! { Watcher(|| …) }`.
#[derive(Debug)]
pub struct Watcher(pub fn() -> Box<dyn Watch>);

inventory::collect!(Watcher);

/// Those who watch one client.
pub(super) struct Watched(Mutex<Vec<Box<dyn Watch>>>);

impl Watched {
    pub(super) fn new() -> Self {
        let watching = inventory::iter::<Watcher>().map(|Watcher(make)| make());
        Self(Mutex::new(watching.collect()))
    }

    pub(super) fn sent(&self, message: &Value) {
        self.each(|one| one.sent(message));
    }

    pub(super) fn received(&self, message: &Value) {
        self.each(|one| one.received(message));
    }

    fn each(&self, tell: impl FnMut(&mut Box<dyn Watch>)) {
        unpoisoned(self.0.lock()).iter_mut().for_each(tell);
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}
