use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

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
    all: BTreeMap<u64, Weak<dyn Listener>>,
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
        table.all.insert(number, listener);
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
        let there: Vec<_> = self.table().all.values().filter_map(Weak::upgrade).collect();
        there.iter().for_each(|listener| listener.changed(change));
    }

    /// Tells everyone, and whoever comes, that there is nothing more to come.
    pub(crate) fn end(&self) {
        let mut table = self.table();
        table.ended = true;
        let there = std::mem::take(&mut table.all);
        drop(table);
        there.values().filter_map(Weak::upgrade).for_each(|listener| listener.ended());
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).all.remove(&self.number);
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
