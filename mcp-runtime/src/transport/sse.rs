//! HTTP+SSE.
