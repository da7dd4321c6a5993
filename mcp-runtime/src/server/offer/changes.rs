use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use crate::context::unpoisoned;

/// What is not any more what clients may have seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Another list of tools.
    Tools,
    /// Another list of prompts.
    Prompts,
    /// Another list of resources, or of templates: clients are told of both as one.
    Resources,
    /// What is read at this URI.
    ResourceUpdated(Arc<str>),
}

/// Who wants to know: a connection that tells its client.
pub(crate) trait Listener: Send + Sync {
    /// Must be quick and never wait: the author's function that made the change waits for it.
    fn changed(&self, change: &Change);

    /// The server ends: no change will come.
    fn ended(&self);
}

/// Those who listen, for as long as they are there.
#[derive(Default)]
pub(crate) struct Listeners {
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    /// By their numbers, of which each is greater than the last.
    all: Vec<(u64, Weak<dyn Listener>)>,
    last: u64,
    ended: bool,
}

/// A listener's place among the others. It is given up with the listener, at once: what is left of
/// those who have gone would lie scattered in memory and keep it from being used again.
#[must_use]
pub(crate) struct Place {
    table: Arc<Mutex<Table>>,
    number: u64,
}

impl Listeners {
    /// Tells `listener` of every change from now on, until its place is dropped.
    pub(crate) fn add(&self, listener: Weak<dyn Listener>) -> Place {
        let mut table = self.table();
        table.last += 1;
        let number = table.last;
        table.all.push((number, listener));
        if table.ended {
            drop(table);
            self.end();
        }
        Place { table: self.table.clone(), number }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.table().all.len()
    }

    /// Tells everyone who is still there. A listener may call back: no lock is held.
    pub(crate) fn tell(&self, change: &Change) {
        let there: Vec<_> = self.table().all.iter().filter_map(|(_, one)| one.upgrade()).collect();
        there.iter().for_each(|listener| listener.changed(change));
    }

    /// Tells everyone, and whoever comes, that there is nothing more to come.
    pub(crate) fn end(&self) {
        let mut table = self.table();
        table.ended = true;
        let there = std::mem::take(&mut table.all);
        drop(table);
        there.iter().filter_map(|(_, one)| one.upgrade()).for_each(|listener| listener.ended());
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        unpoisoned(self.table.lock())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = unpoisoned(self.table.lock());
        let all = &mut table.all;
        let Ok(at) = all.binary_search_by_key(&self.number, |(number, _)| *number) else { return };
        all.remove(at);
        if all.len() < all.capacity() / 4 {
            all.shrink_to_fit();
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Place").field(&self.number).finish()
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}
