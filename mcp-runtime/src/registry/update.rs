use std::fmt;

use crate::handler::Item;

/// What is to change in what a server offers, said to [`ServerHandle::update`](crate::ServerHandle::update).
///
/// Each method takes what [`Server::with`](crate::Server::with) takes, and says what shall be; it is
/// done when all has been said, in that order.
#[derive(Clone, Default)]
pub struct Update {
    pub(super) edits: Vec<(Edit, Item)>,
}

/// What becomes of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    Add,
    Remove,
    Disable,
    Enable,
}

impl Update {
    /// Offers more functions, behind those that are there. One whose name or URI the server has
    /// offered before comes back to the place that had, whether it is the same function or another.
    pub fn add(&mut self, items: impl IntoIterator<Item = Item>) {
        self.say(Edit::Add, items);
    }

    /// Takes functions away. Calls that run go on to their end.
    pub fn remove(&mut self, items: impl IntoIterator<Item = Item>) {
        self.say(Edit::Remove, items);
    }

    /// Hides functions: they keep their name, their place and their feature, but are not listed
    /// and cannot be called, read, got or completed. A URI that is a disabled resource's is not
    /// read from another. Calls that run go on; what is disabled already stays so.
    pub fn disable(&mut self, items: impl IntoIterator<Item = Item>) {
        self.say(Edit::Disable, items);
    }

    /// Shows functions again that were disabled.
    pub fn enable(&mut self, items: impl IntoIterator<Item = Item>) {
        self.say(Edit::Enable, items);
    }

    /// Says what `next` says too.
    pub(crate) fn then(&mut self, next: Self) {
        self.edits.extend(next.edits);
    }

    fn say(&mut self, edit: Edit, items: impl IntoIterator<Item = Item>) {
        self.edits.extend(items.into_iter().map(|item| (edit, item)));
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edits = self.edits.iter().map(|(edit, item)| (edit, item.kind(), item.key()));
        f.debug_list().entries(edits).finish()
    }
}
