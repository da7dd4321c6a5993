//! Bytes in, bytes out, cancel: how messages travel. Each transport feeds the same
//! [`Service`](crate::server::Service) and knows nothing of methods.
//!
//! `memory` is the shortest, for tests. `stdio` has one client, `http` and `sse` have many. `otel` is no
//! transport of messages: it sends what was recorded of them.

#[cfg(feature = "http")]
pub(crate) mod http;
pub(crate) mod memory;
#[cfg(feature = "otel")]
pub(crate) mod otel;
#[cfg(feature = "sse")]
pub(crate) mod sse;
#[cfg(feature = "stdio")]
pub(crate) mod stdio;
