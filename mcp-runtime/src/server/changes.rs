use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};

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
}

/// Those who listen, for as long as they are there.
#[derive(Default)]
pub(crate) struct Listeners {
    all: Mutex<Vec<Weak<dyn Listener>>>,
}

impl Listeners {
    /// Tells `listener` of every change from now on, until it is dropped.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "connections listen once they can send a notice")
    )]
    pub(crate) fn add(&self, listener: Weak<dyn Listener>) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == all.capacity() {
            all.retain(|listener| listener.strong_count() > 0); // before it would grow
        }
        all.push(listener);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Tells everyone who is still there. A listener may call back: no lock is held.
    pub(crate) fn tell(&self, change: &Change) {
        let there: Vec<_> = {
            let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
            all.iter().filter_map(Weak::upgrade).collect()
        };
        there.iter().for_each(|listener| listener.changed(change));
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listeners").finish_non_exhaustive()
    }
}
