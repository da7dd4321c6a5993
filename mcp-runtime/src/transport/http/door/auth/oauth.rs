use std::sync::Arc;
use std::time::SystemTime;

use super::claims::Expected;
use super::discovery::{AuthorizationServer, discover};
use super::fetch::Fetcher;
use super::introspection::{Credentials, Introspection};
use super::jwk::{self, Key};
use super::jwt::Jwt;
use super::remote::Remote;
use super::url::Url;
use super::verifier::{TokenError, TokenVerifier, Verifying};
use crate::context::Principal;

/// Takes the access tokens of one authorisation server that are meant for this server
/// (basic/authorization, "Token Handling").
#[derive(Debug)]
pub(super) struct OAuth {
    expected: Expected,
    keys: Arc<Remote<Vec<Key>>>,
    introspection: Option<Introspection>,
}

impl OAuth {
    /// Nothing is fetched before the first token comes: the two servers may start in any order.
    pub(super) fn new(
        issuer: &Url,
        audience: &Url,
        credentials: Option<Credentials>,
    ) -> Result<Self, String> {
        let fetcher = Fetcher::new()?;
        let server = {
            let (fetcher, issuer) = (fetcher.clone(), issuer.clone());
            Remote::new(move || {
                let (fetcher, issuer) = (fetcher.clone(), issuer.clone());
                async move { discover(&fetcher, &issuer).await }
            })
        };
        let keys = {
            let (fetcher, server) = (fetcher.clone(), server.clone());
            Remote::new(move || keys(fetcher.clone(), server.clone()))
        };
        let introspection =
            credentials.map(|credentials| Introspection { fetcher, server, credentials });
        let (issuer, audience) = (issuer.as_str().to_owned(), audience.as_str().to_owned());
        Ok(Self { expected: Expected { issuer, audience }, keys, introspection })
    }

    async fn principal(&self, token: &str) -> Result<Principal, TokenError> {
        let Some(jwt) = Jwt::parse(token) else {
            let introspection = self.introspection.as_ref().ok_or(TokenError::Unknown)?;
            return introspection.verify(token, &self.expected).await;
        };
        let algorithm = jwt.algorithm()?;
        let keys = self.keys.get().await.map_err(TokenError::Unavailable)?;
        let claims = match jwt.claims(algorithm, &keys.value) {
            Some(claims) => claims,
            // The server may have changed its keys.
            None => match self.keys.newer(&keys).await {
                Ok(newer) => jwt.claims(algorithm, &newer.value),
                Err(_) => None,
            }
            .unwrap_or(Err(TokenError::invalid("the token is signed by nobody known here"))),
        };
        self.expected.principal(claims?, SystemTime::now())
    }
}

impl TokenVerifier for OAuth {
    fn verify<'a>(&'a self, token: &'a str) -> Verifying<'a> {
        Box::pin(self.principal(token))
    }
}

async fn keys(
    fetcher: Fetcher,
    server: Arc<Remote<AuthorizationServer>>,
) -> Result<Vec<Key>, String> {
    let server = server.get().await?;
    let url = server.value.keys.as_ref().ok_or("the issuer has no jwks_uri")?;
    let set = fetcher.get(url).await?;
    jwk::parse_set(&set).map_err(|what| format!("{} {what}", url.as_str()))
}
