//! HTTP+SSE, the transport of the first revision and of clients that know no other: one stream that
//! carries everything the server says, and an address to post to that its first event names.
//!
//! The stream is the session: both end together. `endpoint` has the two paths, `connected` the clients
//! whose streams are open, and `peer` what the server sees of who posts.

mod connected;
mod endpoint;
mod peer;

pub(super) use endpoint::Endpoint;
