//! May a request come in, and who sends it?
//!
//! ```text
//! guard (from which host and page?) → shares (does its client have too many open?) → auth (whose token?)
//! ```
//!
//! Which `methods` a path has is said, and checked, here. `proxies` says which client stands behind a proxy, and `cors` lets the page that asked read the
//! answer. `auth` is a feature, with a page of its own.

#[cfg(feature = "auth")]
mod auth;
mod cors;
mod guard;
mod methods;
mod proxies;
mod shares;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

#[cfg(feature = "auth")]
pub use auth::{Auth, TokenError, TokenVerifier, Verifying};
use guard::Guard;
pub(in crate::transport) use methods::Methods;
pub(in crate::transport) use proxies::peer_address;
pub(super) use shares::{Share, Shares};

use crate::context::Caller;
use crate::server::{Error, Service};
use crate::transport::http::HttpOptions;
use crate::transport::http::reply::Refusal;
use crate::transport::http::request::body;

/// What every request passes: may this page call, and who does?
#[derive(Debug)]
pub(in crate::transport) struct Door {
    guard: Guard,
    /// Requests of those whom a trusted proxy names: the bounds on connections are the proxy's.
    clients: Arc<Shares>,
    #[cfg(feature = "auth")]
    auth: Option<auth::Checkpoint>,
}

impl Door {
    /// `own_hosts` are the names of the address bound, `endpoint` the path that is served.
    pub(super) fn new(
        options: &HttpOptions,
        own_hosts: Vec<String>,
        service: &Service,
        endpoint: Option<&str>,
    ) -> Result<Self, Error> {
        let guard = Guard::new(options, &service.limits, own_hosts)?;
        #[cfg(feature = "auth")]
        let auth = match &options.auth {
            Some(auth) => Some(auth.checkpoint(service, endpoint)?),
            None => None,
        };
        #[cfg(not(feature = "auth"))]
        let _ = endpoint;
        let door = Self {
            guard,
            clients: Shares::new(service.limits.requests_per_client),
            #[cfg(feature = "auth")]
            auth,
        };
        if !door.asks() {
            service.warn_of_scopes();
        }
        Ok(door)
    }

    /// Lets `serve` answer a request of one of these methods, of whom it knows who they are if they
    /// have to say; `peer` is who is connected.
    pub(in crate::transport) async fn authenticated(
        &self,
        methods: Methods,
        peer: Option<IpAddr>,
        request: Request,
        serve: impl AsyncFnOnce(Parts, Body, Caller) -> Result<Response, Refusal>,
    ) -> Response {
        let ask = async |mut parts: Parts, body| {
            // Before anything of the body is read.
            let caller = match self.caller(&parts.headers).await {
                Ok(caller) => caller,
                Err(refused) => return Ok(refused),
            };
            if caller.principal().is_some() {
                // It has done its work: what nobody has nobody can send on or log
                // (basic/authorization, "Access Token Privilege Restriction").
                parts.headers.remove(AUTHORIZATION);
            }
            let served = match methods.have(&parts.method) {
                true => serve(parts, body, caller).await,
                false => Err(methods.refusal()),
            };
            Ok(self.challenged(served.unwrap_or_else(IntoResponse::into_response)))
        };
        self.guarded(methods, peer, request, ask).await
    }

    /// Lets `serve` answer a request that the guard admits, whoever sent it, and a page read the
    /// answer.
    pub(super) async fn guarded(
        &self,
        methods: Methods,
        peer: Option<IpAddr>,
        request: Request,
        serve: impl AsyncFnOnce(Parts, Body) -> Result<Response, Refusal>,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let admitted =
            self.guard.admit(&parts).and_then(|origin| Ok((origin, self.share(peer, &parts)?)));
        let (origin, share) = match admitted {
            Ok((origin, share)) => (origin.cloned(), share),
            Err(refusal) => {
                let client = self.guard.client(peer, &parts);
                tracing::debug!(?client, %refusal, "a request was not let in");
                return body::unread(&body, refusal).into_response();
            }
        };
        let mut response = if parts.method == Method::OPTIONS {
            cors::preflight(&parts.headers, methods)
        } else {
            serve(parts, body).await.unwrap_or_else(IntoResponse::into_response)
        };
        if let Some(origin) = origin {
            cors::expose(&mut response, origin);
        }
        match share {
            Some(share) => share.until_sent(response),
            None => response,
        }
    }

    /// What a client behind a proxy takes of the requests it may have open.
    fn share(&self, peer: Option<IpAddr>, request: &Parts) -> Result<Option<Share>, Refusal> {
        let Some(client) = self.guard.forwarded(peer, request) else { return Ok(None) };
        let share = self.clients.take(client).ok_or_else(|| {
            let what = "you have too many requests open (--max-requests-per-client)";
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, what).retry_after(1)
        })?;
        Ok(Some(share))
    }

    /// What is served beside the endpoints, for who has no token yet.
    pub(super) fn router(&self) -> Router {
        #[cfg(feature = "auth")]
        if let Some(metadata) = self.auth.as_ref().and_then(|auth| auth.metadata()) {
            return metadata.router();
        }
        Router::new()
    }

    /// Whether callers have to say who they are.
    fn asks(&self) -> bool {
        #[cfg(feature = "auth")]
        return self.auth.is_some();
        #[cfg(not(feature = "auth"))]
        false
    }

    #[cfg_attr(not(feature = "auth"), expect(clippy::unused_async, reason = "nobody is asked"))]
    async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Response> {
        #[cfg(feature = "auth")]
        if let Some(auth) = &self.auth {
            return auth.caller(headers).await;
        }
        let _ = headers;
        Ok(Caller::Anyone)
    }

    /// The response, which says what scopes would have been enough if it refuses for want of them.
    fn challenged(&self, response: Response) -> Response {
        #[cfg(feature = "auth")]
        if let Some(auth) = &self.auth {
            return auth.challenged(response);
        }
        response
    }
}
