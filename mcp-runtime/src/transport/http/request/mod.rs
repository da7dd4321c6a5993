//! What a request says beside its message.
//!
//! `body` reads it, if it may be a message. `peer` is what the server sees of its sender:
//! headers that mirror the message, by way of `params` those that mirror arguments, in the text that
//! `sentinel` decodes. `version` is the header of sessions.

pub(in crate::transport) mod body;
mod params;
mod peer;
mod sentinel;
mod version;

pub(super) use peer::HttpPeer;
pub(super) use version::{named_once, named_revision};
