use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;

use crate::context::Principal;

/// Says whose a bearer token is: [`Auth::verifier`](crate::Auth::verifier) takes one where neither static tokens
/// nor an authorisation server that can be discovered will do.
///
/// What it says of a token is kept for up to a minute, and never past the principal's
/// [expiry](Principal::with_expiry). A token must not be logged or sent on.
///
/// ```
/// use mcp_runtime::{Auth, HttpOptions, Principal, TokenError, TokenVerifier, Verifying};
///
/// #[derive(Debug)]
/// struct Badges;
///
/// impl TokenVerifier for Badges {
///     fn verify<'a>(&'a self, token: &'a str) -> Verifying<'a> {
///         Box::pin(async move {
///             let Some(badge) = token.strip_prefix("badge-") else { return Err(TokenError::Unknown) };
///             # async fn look_up(_: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
///             match look_up(badge).await {
///                 Ok(Some(name)) => Ok(Principal::new(name).with_scopes(["doors:open"])),
///                 Ok(None) => Err(TokenError::Invalid("the badge was handed in".into())),
///                 Err(error) => Err(TokenError::Unavailable(error.to_string())),
///             }
///         })
///     }
/// }
///
/// let options = HttpOptions::default().auth(Auth::default().verifier(Badges));
/// # let _ = options;
/// ```
pub trait TokenVerifier: fmt::Debug + Send + Sync + 'static {
    /// Whose token it is.
    fn verify<'a>(&'a self, token: &'a str) -> Verifying<'a>;
}

/// What [`TokenVerifier::verify`] returns.
pub type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Principal, TokenError>> + Send + 'a>>;

/// Why a token says nothing of its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// It is none of this verifier's: the next one is asked. Nobody's token is answered with 401.
    Unknown,
    /// It is not good (any more), and why; the client is told, with 401.
    Invalid(Cow<'static, str>),
    /// That cannot be said now, and why; the log is told, and the client to try again, with 503.
    Unavailable(String),
}

impl TokenError {
    pub(super) fn invalid(why: &'static str) -> Self {
        Self::Invalid(why.into())
    }
}
