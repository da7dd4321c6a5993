//! Bytes in, bytes out, cancel: how messages travel. Each transport feeds the same
//! [`Service`](crate::server::Service) and knows nothing of methods.

#[cfg(feature = "http")]
pub(crate) mod http;
pub(crate) mod memory;
#[cfg(feature = "otel")]
pub(crate) mod otel;
#[cfg(feature = "sse")]
pub(crate) mod sse;
#[cfg(feature = "stdio")]
pub(crate) mod stdio;
