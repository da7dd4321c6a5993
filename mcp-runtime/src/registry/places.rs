use std::any::TypeId;
use std::collections::HashMap;
use std::collections::hash_map;

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
    /// By key, then kind.
    by_key: HashMap<(&'static str, &'static str), usize>,
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
        self.in_order.get(*self.by_key.get(&(key, kind))?)
    }

    /// What is there.
    pub(super) fn items(&self) -> impl Iterator<Item = Item> {
        self.iter().filter(|place| place.is_there()).map(|place| place.entry.item())
    }

    /// Does what can be done of an update, and says what cannot.
    pub(super) fn apply(&mut self, update: &Update) -> Vec<String> {
        let edits = update.edits.iter();
        self.in_order.reserve(edits.len());
        self.by_key.reserve(edits.len());
        edits.filter_map(|(edit, item)| self.edit(*edit, *item).err()).flatten().collect()
    }

    fn edit(&mut self, edit: Edit, item: Item) -> Result<(), Vec<String>> {
        let index = match self.by_key.entry((item.key(), item.kind())) {
            hash_map::Entry::Occupied(taken) => *taken.get(),
            hash_map::Entry::Vacant(_) if edit != Edit::Add => {
                return Err(vec![not_there(edit, &item)]);
            }
            hash_map::Entry::Vacant(free) => {
                let entry = Entry::new(item)?;
                free.insert(self.in_order.len());
                self.in_order.push(Place { entry, standing: Standing::Enabled });
                return Ok(());
            }
        };
        let place = &mut self.in_order[index];
        place.standing = match edit {
            Edit::Add => return place.take(item),
            _ if !place.is_there() || !place.entry.item().is(&item) => {
                return Err(vec![not_there(edit, &item)]);
            }
            Edit::Enable => Standing::Enabled,
            Edit::Disable => Standing::Disabled,
            Edit::Remove => Standing::Removed,
        };
        Ok(())
    }

    /// A line for each state that a function takes and `has` does not know.
    pub(super) fn missing_state(&self, has: impl Fn(TypeId) -> bool) -> Vec<String> {
        let there = self.iter().filter(|place| place.is_there());
        there.flat_map(|place| place.entry.missing_state(&has)).collect()
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
