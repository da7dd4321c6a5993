use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode};

use super::door::Door;
use super::media::method_not_allowed;
use super::refusal::{Refusal, single};
use super::session_id::SessionId;
use super::sessions::{OpenSession, Sessions};
use super::{delete, get, post, proxies, version};
use crate::context::Caller;
use crate::handler::BoxFuture;
use crate::server::Service;

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The one path of Streamable HTTP.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) service: Arc<Service>,
    /// None where no session is kept.
    pub(super) sessions: Option<Arc<Sessions>>,
    pub(super) door: Arc<Door>,
}

impl Endpoint {
    /// Serves the path, with and without a slash behind it: not every client follows a redirect.
    pub(super) fn router(self: Arc<Self>, path: &str) -> Router {
        let serve = any(move |request: Request| {
            let peer = proxies::peer(&request);
            self.clone().serve(peer, request)
        });
        match path {
            "/" => Router::new().route("/", serve),
            path => Router::new().route(path, serve.clone()).route(&format!("{path}/"), serve),
        }
    }

    /// `peer` is who is connected. In a box: it has kilobytes, which would be moved about, and kept by a connection
    /// for as long as it lasts.
    pub(super) fn serve(
        self: Arc<Self>,
        peer: Option<IpAddr>,
        request: Request,
    ) -> BoxFuture<Response> {
        Box::pin(async move { self.respond(peer, request).await })
    }

    async fn respond(&self, peer: Option<IpAddr>, request: Request) -> Response {
        let methods = match self.sessions {
            Some(_) => "GET, POST, DELETE, OPTIONS",
            None => "POST, OPTIONS",
        };
        let serve = async |parts: Parts, body, caller: Caller| {
            let headers = parts.headers;
            match (parts.method, &self.sessions) {
                (Method::POST, _) => post::post(self, headers, body, caller).await,
                (Method::GET, Some(sessions)) => {
                    get::get(self.service.life(), sessions, &headers, &caller)
                }
                (Method::DELETE, Some(sessions)) => delete::delete(sessions, &headers, &caller),
                _ => Err(method_not_allowed(methods)),
            }
        };
        self.door.guarded(methods, peer, request, serve).await
    }
}

/// The session a request names; `None` if it names none.
pub(super) fn named_session(
    headers: &HeaderMap,
) -> Result<Option<Result<SessionId, UnknownSession>>, Refusal> {
    let value = single(headers, &SESSION_ID).map_err(|_| {
        Refusal::new(StatusCode::BAD_REQUEST, "Mcp-Session-Id stands several times")
    })?;
    Ok(value.map(|value| SessionId::parse(value.as_bytes()).ok_or(UnknownSession)))
}

/// The session that a request without a body is about.
pub(super) fn addressed(
    sessions: &Arc<Sessions>,
    headers: &HeaderMap,
    caller: &Caller,
    unnamed: &'static str,
) -> Result<Arc<OpenSession>, Refusal> {
    let id =
        named_session(headers)?.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, unnamed))??;
    let kept = sessions.find(id, caller).ok_or(UnknownSession)?;
    if version::is_checked(&kept.session) {
        version::named(headers).map_err(|what| Refusal::new(StatusCode::BAD_REQUEST, what))?;
    }
    Ok(kept)
}

/// A session that was never opened, is over, or is another caller's: nobody learns which.
#[derive(Debug)]
pub(super) struct UnknownSession;

impl UnknownSession {
    pub(super) const WHAT: &'static str =
        "no such session, or it is over: send `initialize` without Mcp-Session-Id to open another";
}

impl From<UnknownSession> for Refusal {
    fn from(UnknownSession: UnknownSession) -> Self {
        Self::new(StatusCode::NOT_FOUND, UnknownSession::WHAT)
    }
}
