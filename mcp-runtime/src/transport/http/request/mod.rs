//! What a request says beside its message.
//!
//! `media` says of which kind it is, and `body` reads it. `peer` is what the server sees of its sender:
//! headers that mirror the message, by way of `params` those that mirror arguments, in the text that
//! `sentinel` decodes. `version` is the header of sessions.

pub(in crate::transport) mod body;
mod media;
mod params;
mod peer;
mod sentinel;
pub(super) mod version;

pub(in crate::transport) use media::{Accepts, not_acceptable, require_json};
pub(super) use peer::HttpPeer;
