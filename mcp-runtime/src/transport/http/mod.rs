//! Streamable HTTP, in both eras on one path (basic/transports).
//!
//! Each folder is a step, and its first page says how to read it. A POST takes them in this order:
//!
//! ```text
//! connection   a client connects, and HTTP is spoken to it
//! site         which path is meant? messages go straight to the endpoint
//! endpoint     which method is meant?
//! door         may it come in, and who sends it?
//! request      what does it say, in its headers and its body?
//! sessions     which conversation does it belong to?
//!              Service::handle, where the protocol is
//! reply        one JSON object, or a stream of events
//! ```
//!
//! A step uses only those below it. `serve` is the way in for programs and for the command line;
//! `options` and `public` are what the author or a flag says of all this. `authority` and `header`
//! read names of hosts, and headers that may stand once. What the HTTP+SSE transport needs too is
//! visible to it: the door, the refusals, the framing.

mod authority;
mod connection;
pub(super) mod door;
mod endpoint;
mod header;
mod options;
mod public;
pub(super) mod reply;
pub(super) mod request;
mod serve;
pub(super) mod sessions;
mod site;
#[cfg(test)]
mod tests;

pub(crate) use connection::{Listener, bind};
#[cfg(feature = "auth")]
pub use door::{Auth, TokenError, TokenVerifier, Verifying};
pub use options::HttpOptions;
pub use reply::{EventStore, StoredEvent};
pub(crate) use serve::serve;
pub(crate) use site::Mode;
