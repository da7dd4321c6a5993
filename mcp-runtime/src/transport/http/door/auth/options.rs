use std::fmt;
use std::sync::Arc;

use super::challenge::Challenge;
use super::checkpoint::Checkpoint;
use super::introspection::Credentials;
use super::metadata::Metadata;
use super::oauth::OAuth;
use super::tokens::Tokens;
use super::url::Url;
use super::verifier::TokenVerifier;
use crate::server::{Error, Service};

/// Who may call over HTTP: [`HttpOptions::auth`](crate::HttpOptions::auth). With one of these, every
/// request needs a bearer token that one of them knows.
///
/// ```
/// use mcp_runtime::{Auth, HttpOptions};
///
/// # fn secret() -> String { "0f".repeat(32) }
/// let auth = Auth::default()
///     .token("ci", secret())
///     .issuer("https://id.example.com", "https://mcp.example.com/mcp")
///     .scopes(["notes:read"]);
/// let options = HttpOptions::default().auth(auth);
/// # let _ = options;
/// ```
///
/// Mistakes in it keep the server from starting.
#[derive(Debug, Clone, Default)]
pub struct Auth {
    tokens: Tokens,
    issuer: Option<(String, String)>,
    client: Option<(String, Secret)>,
    scopes: Vec<String>,
    verifiers: Vec<Arc<dyn TokenVerifier>>,
    mistakes: Vec<String>,
}

/// Something that is never printed.
#[derive(Clone)]
struct Secret(String);

impl Auth {
    /// Takes this token for somebody of that name, who may do everything. At least 16 letters,
    /// digits and `-._~+/=`; `openssl rand -hex 32` makes a good one. `--auth-token-env` and
    /// `--auth-token-file` do it too.
    pub fn token(mut self, name: impl AsRef<str>, token: impl AsRef<str>) -> Self {
        let added = self.tokens.add(name.as_ref(), token.as_ref(), None);
        self.note(added);
        self
    }

    /// The same for somebody who holds these scopes and no others.
    pub fn token_with_scopes(
        mut self,
        name: impl AsRef<str>,
        token: impl AsRef<str>,
        scopes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        let added = self.tokens.add(name.as_ref(), token.as_ref(), Some(scopes));
        self.note(added);
        self
    }

    /// Takes tokens from the text of a file: on each line a name, a token, and the scopes it is
    /// confined to if it is. Empty lines and those that begin with `#` say nothing.
    pub fn tokens(mut self, lines: impl AsRef<str>) -> Self {
        let added = self.tokens.add_lines(lines.as_ref());
        self.note(added);
        self
    }

    /// Takes the access tokens of an OAuth 2.1 or OpenID Connect server that are meant for this
    /// server: signed with its keys, which are fetched and kept, and for that audience. The flags
    /// are `--auth-issuer` and `--auth-audience`.
    ///
    /// `audience` is the URL clients know this server by. Where to get a token is told at
    /// `/.well-known/oauth-protected-resource` and in every refusal.
    pub fn issuer(mut self, issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        self.issuer = Some((issuer.into(), audience.into()));
        self
    }

    /// Asks the issuer about tokens that do not say themselves what they are good for (RFC 7662),
    /// as the client of that id and secret.
    pub fn introspection(mut self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.client = Some((id.into(), Secret(secret.into())));
        self
    }

    /// Scopes without which nobody may ask for anything. They are what a client is told to get first;
    /// what a function needs beyond them it is told when it calls that.
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// Asks a verifier of the author's about tokens that nobody before it knows.
    pub fn verifier(mut self, verifier: impl TokenVerifier) -> Self {
        self.verifiers.push(Arc::new(verifier));
        self
    }

    fn note(&mut self, added: Result<(), Error>) {
        self.mistakes.extend(added.err().map(|error| error.to_string()));
    }

    /// `endpoint` is the path that is served, if there is one.
    pub(in crate::transport::http::door) fn checkpoint(
        &self,
        service: &Service,
        endpoint: Option<&str>,
    ) -> Result<Checkpoint, Error> {
        if !self.mistakes.is_empty() {
            return Err(Error::new(self.mistakes.clone()));
        }
        let mut verifiers: Vec<Arc<dyn TokenVerifier>> = Vec::new();
        let metadata = match &self.issuer {
            None if self.client.is_some() => {
                let what = "introspection asks an issuer: say which, with --auth-issuer";
                return Err(Error::one(what));
            }
            None => None,
            Some((issuer, audience)) => {
                let issuer = url("--auth-issuer", issuer)?;
                let audience = url("--auth-audience", audience)?;
                verifiers.push(Arc::new(self.oauth(&issuer, &audience)?));
                let name = service.title();
                Some(Metadata::new(&issuer, &audience, &self.scopes, name, endpoint)?)
            }
        };
        verifiers.extend(self.verifiers.iter().cloned());
        if verifiers.is_empty() && self.tokens.is_empty() {
            let what = "nobody could ever call: give a token, an issuer or a verifier";
            return Err(Error::one(what));
        }
        if self.scopes.iter().any(|scope| scope == "offline_access") {
            // basic/authorization, "Refresh Tokens"
            let what =
                "the scope `offline_access` is between a client and its issuer: leave it out";
            return Err(Error::one(what));
        }
        let challenge = Challenge {
            metadata: metadata.as_ref().map(|metadata| metadata.url.clone()),
            scopes: self.scopes.clone(),
        };
        let (tokens, scopes) = (self.tokens.clone(), service.scopes().clone());
        Ok(Checkpoint::new(tokens, verifiers, scopes, challenge, metadata))
    }

    fn oauth(&self, issuer: &Url, audience: &Url) -> Result<OAuth, Error> {
        let credentials = match &self.client {
            None => None,
            Some((id, Secret(secret))) => Some(
                Credentials::new(id, secret)
                    .ok_or_else(|| Error::one("the client's id and secret cannot be sent"))?,
            ),
        };
        OAuth::new(issuer, audience, credentials).map_err(Error::one)
    }
}

fn url(flag: &str, text: &str) -> Result<Url, Error> {
    Url::parse(text).map_err(|what| Error::one(format!("{flag} {text}: {what}")))
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
