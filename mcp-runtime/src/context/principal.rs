use std::collections::BTreeSet;
use std::fmt;
use std::time::SystemTime;

use serde_json::{Map, Value};

/// Who calls, as a token has shown: [`Context::principal`](crate::Context::principal).
///
/// It holds what the token says, never the token: nothing a function has can be sent on as one
/// (basic/authorization, "Token Requirements").
///
/// ```
/// use mcp_runtime::{Context, Principal, tool};
///
/// /// Whose notes these are.
/// #[tool(read_only)]
/// fn owner(ctx: &Context) -> String {
///     ctx.principal().map_or("nobody", Principal::subject).to_owned()
/// }
/// ```
#[derive(Clone)]
pub struct Principal {
    subject: String,
    issuer: Option<String>,
    token_name: Option<String>,
    /// None: all there are.
    scopes: Option<BTreeSet<String>>,
    claims: Map<String, Value>,
    until: Option<SystemTime>,
}

impl Principal {
    /// A caller of that name who holds no scope: what a verifier of tokens begins with.
    ///
    /// ```
    /// use mcp_runtime::Principal;
    ///
    /// let ada = Principal::new("ada").with_issuer("https://id.example.com").with_scopes(["files:read"]);
    /// assert!(ada.has_scope("files:read") && !ada.has_scope("files:write"));
    /// ```
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            issuer: None,
            token_name: None,
            scopes: Some(BTreeSet::new()),
            claims: Map::new(),
            until: None,
        }
    }

    /// Who vouches for the name. One name of two issuers is two callers.
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Gives it scopes, beside those it has.
    pub fn with_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        if let Some(held) = &mut self.scopes {
            held.extend(scopes.into_iter().map(Into::into));
        }
        self
    }

    /// Lets it do everything, whatever scope that needs.
    pub fn with_every_scope(mut self) -> Self {
        self.scopes = None;
        self
    }

    /// What else its token says.
    pub fn with_claims(mut self, claims: Map<String, Value>) -> Self {
        self.claims = claims;
        self
    }

    /// Until when its token is good: no verdict on the token is kept for longer.
    pub fn with_expiry(mut self, until: SystemTime) -> Self {
        self.until = Some(until);
        self
    }

    /// Who it is: the `sub` of an access token, the name of a static one.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who vouches for that; `None` for a static token.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The name of the static token it came with.
    pub fn token_name(&self) -> Option<&str> {
        self.token_name.as_deref()
    }

    /// The scopes its token names, sorted; none for one that may do everything. What they imply
    /// ([`Server::scope_implies`](crate::Server::scope_implies)) is not among them.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flatten().map(String::as_str)
    }

    /// Whether its token names that scope, or may do everything. What scopes imply does not count.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|held| held.contains(scope))
    }

    /// A claim of its access token, or a member of what introspection told of it.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// All of them; empty for a static token.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Until when its token is good; `None` if it does not say.
    pub fn expiry(&self) -> Option<SystemTime> {
        self.until
    }

    /// What is kept for a caller is kept under this: two tokens of one user are one caller.
    pub(crate) fn key(&self) -> (Option<&str>, Option<&str>, &str) {
        (self.issuer(), self.token_name(), self.subject())
    }

    /// The bearer of a static token.
    #[cfg(feature = "auth")]
    pub(crate) fn of_token(name: &str) -> Self {
        Self { token_name: Some(name.to_owned()), ..Self::new(name) }
    }
}

/// Without its claims: they are the user's, and logs are read by others.
impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.subject)
            .field("issuer", &self.issuer)
            .field("token_name", &self.token_name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}
