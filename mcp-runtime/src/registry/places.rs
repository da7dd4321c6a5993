use std::any::TypeId;

use super::entry::Entry;
use super::update::{Edit, Update};
use crate::handler::Item;

/// Every function a server has had, in the order of its lists.
///
/// What is removed keeps its place, empty: a cursor that names it still has one, and a function of
/// its name comes back to it. There are never more places than the program has names.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    in_order: Vec<Place>,
    /// The places by key, which is one of each kind.
    by_key: Vec<(&'static str, usize)>,
}

#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) entry: Entry,
    pub(super) standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Enabled,
    /// There, and shown to nobody.
    Disabled,
    Removed,
}

impl Place {
    pub(super) fn is_enabled(&self) -> bool {
        self.standing == Standing::Enabled
    }

    pub(super) fn is_there(&self) -> bool {
        self.standing != Standing::Removed
    }
}

impl Places {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.in_order.iter()
    }

    pub(super) fn find(&self, kind: &str, key: &str) -> Option<&Place> {
        Some(&self.in_order[self.search(kind, key).ok()?])
    }

    /// Which place it has; or where in `by_key` it would stand.
    fn search(&self, kind: &str, key: &str) -> Result<usize, usize> {
        let first = match self.by_key.last() {
            // As a program adds its own: by their names.
            Some((last, _)) if *last < key => self.by_key.len(),
            _ => self.by_key.partition_point(|(other, _)| *other < key),
        };
        let same = self.by_key[first..].iter().take_while(|(other, _)| *other == key);
        let is_kind = |place: &usize| self.in_order[*place].entry.item().kind() == kind;
        same.map(|(_, place)| *place).find(is_kind).ok_or(first)
    }

    /// What is there.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        self.iter().filter(|place| place.is_there()).map(|place| place.entry.item())
    }

    /// Does what can be done of an update, and says what cannot.
    pub(super) fn apply(&mut self, update: &Update) -> Vec<String> {
        self.in_order.reserve(update.edits.len());
        self.by_key.reserve(update.edits.len());
        let mut mistakes = Vec::new();
        for (edit, item) in &update.edits {
            if let Err(wrong) = self.edit(*edit, *item) {
                mistakes.extend(wrong);
            }
        }
        mistakes
    }

    fn edit(&mut self, edit: Edit, item: Item) -> Result<(), Vec<String>> {
        let taken = match self.search(item.kind(), item.key()) {
            Ok(place) => &mut self.in_order[place],
            Err(_) if edit != Edit::Add => return Err(vec![not_there(edit, &item)]),
            Err(free) => {
                let entry = Entry::new(item)?;
                self.by_key.insert(free, (item.key(), self.in_order.len()));
                self.in_order.push(Place { entry, standing: Standing::Enabled });
                return Ok(());
            }
        };
        taken.standing = match edit {
            Edit::Add => return taken.take(item),
            _ if !taken.is_there() || !taken.entry.item().is(&item) => {
                return Err(vec![not_there(edit, &item)]);
            }
            Edit::Enable => Standing::Enabled,
            Edit::Disable => Standing::Disabled,
            Edit::Remove => Standing::Removed,
        };
        Ok(())
    }

    /// A line for each state that a function takes and `has` does not know.
    pub(super) fn missing_state(&self, has: &dyn Fn(TypeId) -> bool) -> Vec<String> {
        let mut missing = Vec::new();
        for place in self.iter().filter(|place| place.is_there()) {
            place.entry.missing_state(has, &mut missing);
        }
        missing
    }
}

impl Place {
    /// Gives an empty place to an item. The same function is what it was, its pace included.
    fn take(&mut self, item: Item) -> Result<(), Vec<String>> {
        let first = self.entry.item();
        let same = first.is(&item);
        if self.is_there() {
            return Err(vec![already_there(&first, &item, same, self.standing)]);
        }
        if !same {
            self.entry = Entry::new(item)?;
        }
        self.standing = Standing::Enabled;
        Ok(())
    }
}

fn already_there(first: &Item, item: &Item, same: bool, standing: Standing) -> String {
    let (what, key, location) = (item.kind(), item.key(), item.location());
    if !same {
        let first = first.location();
        return format!(
            "two {what}s are called `{key}`: at {first} and at {location}; rename one of them, or remove the first"
        );
    }
    let remedy = match standing {
        Standing::Disabled => "it is disabled: enable it",
        Standing::Enabled | Standing::Removed => "add it once",
    };
    format!("{what} `{key}` at {location} cannot be added, the server has it; {remedy}")
}

fn not_there(edit: Edit, item: &Item) -> String {
    let (what, key, location) = (item.kind(), item.key(), item.location());
    let done = match edit {
        Edit::Add => "added",
        Edit::Remove => "removed",
        Edit::Disable => "disabled",
        Edit::Enable => "enabled",
    };
    format!(
        "{what} `{key}` at {location} cannot be {done}, the server does not have it; add it first"
    )
}
