use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, StatusCode};

use super::bearer;
use super::challenge::Challenge;
use super::metadata::Metadata;
use super::tokens::Tokens;
use super::verdicts::Verdicts;
use super::verifier::{TokenError, TokenVerifier};
use crate::context::{Caller, Principal};
use crate::server::Scopes;
use crate::transport::http::reply::{Needed, Refusal};

/// Where each request shows its token. Nothing is remembered of the one before
/// (basic/authorization, "Access Token Usage").
#[derive(Debug)]
pub(in crate::transport::http::door) struct Checkpoint {
    tokens: Tokens,
    verifiers: Vec<Arc<dyn TokenVerifier>>,
    verdicts: Verdicts,
    scopes: Scopes,
    challenge: Challenge,
    metadata: Option<Metadata>,
}

impl Checkpoint {
    pub(super) fn new(
        tokens: Tokens,
        verifiers: Vec<Arc<dyn TokenVerifier>>,
        scopes: Scopes,
        challenge: Challenge,
        metadata: Option<Metadata>,
    ) -> Self {
        Self { tokens, verifiers, verdicts: Verdicts::default(), scopes, challenge, metadata }
    }

    /// Who calls, or what they are told instead.
    pub(in crate::transport::http::door) async fn caller(
        &self,
        headers: &HeaderMap,
    ) -> Result<Caller, Response> {
        let token = match bearer::token(headers) {
            Ok(Some(token)) => token,
            Ok(None) => return Err(self.challenge.unauthorized()),
            Err(what) => return Err(self.challenge.invalid_request(what)),
        };
        let principal = self.principal(token).await.map_err(|error| self.refusal(&error))?;
        let caller = Caller::Known(principal);
        if self.scopes.allow(&caller, &self.challenge.scopes) {
            Ok(caller)
        } else {
            Err(self.challenge.insufficient_scope())
        }
    }

    async fn principal(&self, token: &str) -> Result<Arc<Principal>, TokenError> {
        if let Some(principal) = self.tokens.bearer(token) {
            return Ok(principal.clone());
        }
        if let Some(principal) = self.verdicts.bearer(token) {
            return Ok(principal);
        }
        for verifier in &self.verifiers {
            match verifier.verify(token).await {
                Err(TokenError::Unknown) => {}
                Err(error) => return Err(error),
                Ok(principal) => {
                    let principal = Arc::new(principal);
                    self.verdicts.keep(token, &principal);
                    return Ok(principal);
                }
            }
        }
        Err(TokenError::Unknown)
    }

    fn refusal(&self, error: &TokenError) -> Response {
        match error {
            TokenError::Unknown => self.challenge.invalid_token("the token is not known here"),
            TokenError::Invalid(why) => {
                tracing::debug!(%why, "a token was refused");
                self.challenge.invalid_token(why)
            }
            TokenError::Unavailable(why) => {
                tracing::warn!(%why, "a token could not be looked at");
                let what = "whose token that is cannot be said now; try again later";
                let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, what);
                refusal.retry_after(5).into_response()
            }
        }
    }

    /// Adds to a refusal for want of scopes what would have been enough.
    pub(in crate::transport::http::door) fn challenged(&self, mut response: Response) -> Response {
        if let Some(Needed(scopes)) = response.extensions().get().copied() {
            let header = self.challenge.of_scopes(scopes);
            response.headers_mut().insert(WWW_AUTHENTICATE, header);
        }
        response
    }

    pub(in crate::transport::http::door) fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }
}
