//! One file per idea; `lint` holds the three that are one command each.

pub(crate) mod auth;
pub(crate) mod bench;
pub(crate) mod conformance;
pub(crate) mod crates;
pub(crate) mod deny;
pub(crate) mod fault;
pub(crate) mod features;
pub(crate) mod fresh;
pub(crate) mod fuzz;
pub(crate) mod interop;
pub(crate) mod lint;
pub(crate) mod proxy;
pub(crate) mod suite;
