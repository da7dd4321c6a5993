//! Streamable HTTP, in both eras on one path (basic/transports).
//!
//! Each folder is a step, and its first page says how to read it. A POST takes them in this order;
//! who reads the files named here in the same order has followed it from the socket to the reply:
//!
//! ```text
//! connection   a client connects, and HTTP is spoken to it        listener, admission, mod, exchange
//! site         which path is meant?                                routes
//! endpoint     which method is meant?                              mod
//! door         may it come in, and who sends it?                   mod, guard
//! endpoint     what is to be done with a POST?                     post
//! request      what does it say, in its headers and its body?      body, peer
//! sessions     which session does it belong to?                    endpoint/conversation, mod
//!              Service::handle, where the protocol is
//! reply        one JSON object, or a stream of events              mod, object, stream
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
