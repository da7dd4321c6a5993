//! Streamable HTTP, in both eras on one path (basic/transports).
//!
//! ```text
//! listener → connection (TLS?) → guard (may this page call?) → post → Service::handle → reply → stream (if it has more to say)
//! ```
//!
//! A stateless request stands for itself. A request of a session names it in a header; the
//! [`sessions`] live here, because only this transport has several on one address. What the HTTP+SSE
//! transport needs too is visible to it: the way in, the refusals, the framing.

mod admission;
#[cfg(feature = "auth")]
mod auth;
mod batch;
pub(super) mod body;
mod connection;
mod cors;
mod crowd;
mod delete;
pub(super) mod door;
pub(super) mod endpoint;
pub(super) mod event;
mod event_store;
mod exchange;
mod get;
pub(super) mod guard;
mod holding;
mod listener;
pub(super) mod media;
#[cfg(feature = "metrics")]
mod metrics;
mod ops;
mod options;
mod owned;
mod params;
mod peer;
#[cfg(feature = "tls")]
mod pem;
mod pieces;
mod post;
pub(super) mod proxies;
mod public;
pub(super) mod refusal;
mod reply;
mod routes;
mod sentinel;
mod serve;
pub(super) mod session_id;
mod sessions;
mod shares;
mod site;
pub(super) mod stream;
mod streams;
#[cfg(test)]
mod tests;
#[cfg(feature = "tls")]
mod tls;
mod version;

#[cfg(feature = "auth")]
pub use auth::{Auth, TokenError, TokenVerifier, Verifying};
pub use event_store::{EventStore, StoredEvent};
pub(crate) use listener::{Listener, bind};
pub use options::HttpOptions;
pub(crate) use serve::serve;
pub(crate) use site::Mode;
