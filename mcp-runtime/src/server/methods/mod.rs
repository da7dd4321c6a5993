//! One file per feature: what each method reads from its request and how its result is made.

pub(super) mod completion;
pub(super) mod extension;
pub(super) mod lists;
pub(super) mod logging;
pub(super) mod prompts;
pub(super) mod resources;
pub(super) mod subscriptions;
pub(super) mod tools;
