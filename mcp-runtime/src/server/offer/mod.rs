//! What a server offers: here are the registry of now, and the one way to put another in its place.
//!
//! `handle` is how authors do that while the server runs. `changes` is what is not any more what clients
//! have seen, and who listens for that: each a `subscription`, which tells its client.

mod changes;
mod handle;
mod subscription;

use std::any::TypeId;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use changes::{Change, Listeners};
pub(super) use handle::Own;
pub use handle::ServerHandle;
pub(super) use subscription::Subscription;

use crate::context::unpoisoned;
use crate::registry::{Registry, Update};
use crate::server::Error;

/// What a server offers: the registry of now, and the one way to put another in its place.
#[derive(Debug)]
pub(super) struct Offer {
    /// Nothing before the server begins.
    now: RwLock<Option<Arc<Registry>>>,
    /// Held while an update is made, so that each is made of the one before.
    phase: Mutex<Phase>,
    listeners: Listeners,
}

#[derive(Debug)]
enum Phase {
    /// What was said before the server began.
    Before(Update),
    /// The types of the state its functions can take.
    Begun(Vec<TypeId>),
}

impl Offer {
    pub(super) fn new() -> Self {
        Self {
            now: RwLock::new(None),
            phase: Mutex::new(Phase::Before(Update::default())),
            listeners: Listeners::default(),
        }
    }

    pub(super) fn registry(&self) -> Arc<Registry> {
        unpoisoned(self.now.read()).clone().unwrap_or_default()
    }

    /// What a server with these items would begin with, had it any state.
    pub(super) fn preview(&self, items: Update, page_size: usize) -> Result<Registry, Error> {
        first(items, &self.phase(), page_size, &|_| true)
    }

    /// Begins: from here on an update is made at once.
    pub(super) fn begin(
        &self,
        items: Update,
        page_size: usize,
        state: Vec<TypeId>,
    ) -> Result<(), Error> {
        let mut phase = self.phase();
        let registry = first(items, &phase, page_size, &|type_id| state.contains(&type_id))?;
        self.put(registry);
        *phase = Phase::Begun(state);
        Ok(())
    }

    /// Makes an update, or keeps it until the server begins.
    pub(super) fn update(&self, update: Update) -> Result<(), Error> {
        let changes = {
            let mut phase = self.phase();
            let state = match &mut *phase {
                Phase::Before(waiting) => {
                    waiting.then(update);
                    return Ok(());
                }
                Phase::Begun(state) => state,
            };
            let old = self.registry();
            let new = old.updated(&update, &|type_id| state.contains(&type_id));
            let new = new.map_err(Error::new)?;
            let changes = changes(&old, &new);
            self.put(new);
            changes
        };
        changes.iter().for_each(|change| self.announce(change));
        Ok(())
    }

    /// Tells everyone who listens.
    pub(super) fn announce(&self, change: &Change) {
        tracing::debug!(?change, "what the server offers has changed");
        self.listeners.tell(change);
    }

    /// Who is told.
    pub(super) fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    fn put(&self, registry: Registry) {
        *unpoisoned(self.now.write()) = Some(Arc::new(registry));
    }

    fn phase(&self) -> MutexGuard<'_, Phase> {
        unpoisoned(self.phase.lock())
    }
}

/// The registry a server begins with: what its author gave it, then what was said since.
fn first(
    mut items: Update,
    phase: &Phase,
    page_size: usize,
    has: &dyn Fn(TypeId) -> bool,
) -> Result<Registry, Error> {
    if let Phase::Before(waiting) = phase {
        items.then(waiting.clone());
    }
    Registry::new(page_size, &items, has).map_err(Error::new)
}

/// Which lists are not what they were; what is not listed changes none.
fn changes(old: &Registry, new: &Registry) -> Vec<Change> {
    let resources = old.resources.lists_the_same(&new.resources)
        && old.templates.lists_the_same(&new.templates);
    let same = [
        (Change::Tools, old.tools.lists_the_same(&new.tools)),
        (Change::Prompts, old.prompts.lists_the_same(&new.prompts)),
        (Change::Resources, resources),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(change, _)| change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::offer::changes::Listener;
    use crate::{prompt, resource, tool, tools};

    #[tool]
    fn one() {}

    #[tool]
    fn two() {}

    #[resource("a://{b}")]
    fn template(b: String) -> String {
        b
    }

    #[resource("a://fixed")]
    fn fixed() -> &'static str {
        ""
    }

    #[prompt]
    fn greet() -> &'static str {
        ""
    }

    #[derive(Default)]
    struct Heard(Mutex<Vec<Change>>);

    impl Listener for Heard {
        fn changed(&self, change: &Change) {
            self.0.lock().unwrap().push(change.clone());
        }

        fn ended(&self) {}
    }

    impl Heard {
        fn take(&self) -> Vec<Change> {
            std::mem::take(&mut self.0.lock().unwrap())
        }
    }

    fn update(offer: &Offer, say: impl FnOnce(&mut Update)) -> Result<(), Error> {
        let mut update = Update::default();
        say(&mut update);
        offer.update(update)
    }

    #[test]
    fn each_list_that_changed_is_announced_once() {
        let (offer, heard) = (Offer::new(), Arc::new(Heard::default()));
        let listener: Arc<dyn Listener> = heard.clone();
        let _place = offer.listeners.add(Arc::downgrade(&listener));
        update(&offer, |items| items.add(tools![one])).unwrap();
        offer.begin(Update::default(), 10, Vec::new()).unwrap();
        assert_eq!(heard.take(), [], "before the server begins nobody has seen a list");

        update(&offer, |items| items.add(tools![two, template, fixed, greet])).unwrap();
        assert_eq!(heard.take(), [Change::Tools, Change::Prompts, Change::Resources]);
        update(&offer, |items| items.disable(tools![template])).unwrap();
        assert_eq!(heard.take(), [Change::Resources]);
        update(&offer, |items| {
            items.disable(tools![template, one]);
            items.enable(tools![one]);
            items.remove(tools![two]);
            items.add(tools![two]);
        })
        .unwrap();
        assert_eq!(heard.take(), [], "all is listed as before");
        update(&offer, |items| items.add(tools![one])).unwrap_err();
        assert_eq!(heard.take(), []);
        offer.announce(&Change::ResourceUpdated("a://b".into()));
        assert_eq!(heard.take(), [Change::ResourceUpdated("a://b".into())]);
    }

    #[test]
    fn listeners_that_are_gone_are_forgotten() {
        let listeners = Listeners::default();
        let listener: Arc<dyn Listener> = Arc::new(Heard::default());
        let places = [(); 3].map(|()| listeners.add(Arc::downgrade(&listener)));
        assert_eq!(listeners.len(), 3);
        drop(places);
        assert_eq!(listeners.len(), 0);
    }

    #[test]
    fn a_function_that_stays_keeps_its_pace() {
        let offer = Offer::new();
        let mut items = Update::default();
        items.add(tools![one]);
        offer.begin(items, 10, Vec::new()).unwrap();
        let entry = offer.registry().tool("one").cloned().unwrap();
        update(&offer, |items| items.add(tools![two])).unwrap();
        assert!(Arc::ptr_eq(offer.registry().tool("one").unwrap(), &entry));
    }
}
