//! The path of Streamable HTTP, with a file for each of its methods: `post`, with `batch` for several
//! messages at once, `get` and `delete`.

mod batch;
mod delete;
mod get;
mod post;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, StatusCode};

use crate::context::Caller;
use crate::server::Service;
use crate::transport::http::door::{self, Door, Methods};
use crate::transport::http::header::single;
use crate::transport::http::reply::Refusal;
use crate::transport::http::request::version;
use crate::transport::http::sessions::{OpenSession, SessionId, Sessions};

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
            let endpoint = self.clone();
            async move { endpoint.serve(door::peer(&request), request).await }
        });
        match path {
            "/" => Router::new().route("/", serve),
            path => Router::new().route(path, serve.clone()).route(&format!("{path}/"), serve),
        }
    }

    fn methods(&self) -> Methods {
        match self.sessions {
            Some(_) => Methods(&[Method::GET, Method::POST, Method::DELETE]),
            None => Methods(&[Method::POST]),
        }
    }

    /// `peer` is who is connected.
    pub(super) async fn serve(&self, peer: Option<IpAddr>, request: Request) -> Response {
        let serve = async |parts: Parts, body, caller: Caller| {
            let headers = parts.headers;
            match (parts.method, &self.sessions) {
                (Method::GET, Some(sessions)) => {
                    get::get(self.service.life(), sessions, &headers, &caller)
                }
                (Method::DELETE, Some(sessions)) => delete::delete(sessions, &headers, &caller),
                _ => post::post(self, headers, body, caller).await, // the door knows no other method
            }
        };
        self.door.guarded(self.methods(), peer, request, serve).await
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
