//! HTTP+SSE, the transport of the first revision and of clients that know no other: one stream that
//! carries everything the server says, and an address to post to that its first event names.
//!
//! The stream is the session: both end together.

mod connected;
mod endpoint;
mod peer;

pub(super) use endpoint::Endpoint;
