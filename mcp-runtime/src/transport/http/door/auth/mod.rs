//! Who calls over HTTP: bearer tokens, and what says whose they are (basic/authorization).
//!
//! ```text
//! checkpoint ─ bearer (read it) ─ tokens (static ones)
//!            │                  └ verdicts (kept) ─ verifier ─ oauth ┬ jwt ─ jwk ──┐
//!            │                                                      └ introspection ┴ discovery ─ remote ─ fetch
//!            └ challenge (what a client has to bring), metadata (where it gets it)
//! ```
//!
//! `options` is what the author says of all this, `claims` what an issuer has to say of a token that is
//! taken, and `url` an address that may be asked.
//!
//! A token is looked at here and goes nowhere else: what follows sees a [`Principal`](crate::Principal).

mod bearer;
mod challenge;
mod checkpoint;
mod claims;
mod discovery;
mod fetch;
mod introspection;
mod jwk;
mod jwt;
mod metadata;
mod oauth;
mod options;
mod remote;
mod tokens;
mod url;
mod verdicts;
mod verifier;

pub(super) use checkpoint::Checkpoint;
pub use options::Auth;
pub use verifier::{TokenError, TokenVerifier, Verifying};
