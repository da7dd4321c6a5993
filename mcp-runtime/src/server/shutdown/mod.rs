//! The end of a server: what runs may finish, what comes is refused, then everything is let go of.
//!
//! `life` is how far a server is, and what its end waits for. `ending` is when it ends and how, as the
//! author says it and as it is done. `hook` is what runs last.

mod ending;
mod hook;
mod life;

pub(super) use ending::Ending;
pub use hook::ShutdownHook;
pub(super) use life::CallHold;
pub(crate) use life::{Hold, Life};
