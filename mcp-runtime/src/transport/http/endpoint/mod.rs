//! The path of Streamable HTTP, with a file for each of its methods: `post`, with `batch` for several
//! messages at once, `get` and `delete`. `conversation` is how they come to their sessions.

mod batch;
mod conversation;
mod delete;
mod get;
mod post;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::Method;
use http::request::Parts;

use crate::context::Caller;
use crate::handler::BoxFuture;
use crate::server::Service;
use crate::transport::http::HttpOptions;
use crate::transport::http::door::{self, Door, Methods};
use crate::transport::http::reply::in_memory;
use crate::transport::http::sessions::Sessions;

/// The one path of Streamable HTTP.
#[derive(Debug)]
pub(super) struct Endpoint {
    service: Arc<Service>,
    /// None where no session is kept.
    pub(super) sessions: Option<Arc<Sessions>>,
    door: Arc<Door>,
}

impl Endpoint {
    pub(super) fn new(
        service: &Arc<Service>,
        door: &Arc<Door>,
        options: &HttpOptions,
    ) -> Arc<Self> {
        let store = || options.event_store.clone().unwrap_or_else(|| in_memory(service));
        let sessions =
            (!options.stateless).then(|| Sessions::new(&service.limits, store(), service.life()));
        Arc::new(Self { service: service.clone(), sessions, door: door.clone() })
    }

    /// Serves the path, with and without a slash behind it: not every client follows a redirect.
    pub(super) fn router(self: Arc<Self>, path: &str) -> Router {
        let serve = any(move |request: Request| {
            let address = door::peer_address(&request);
            self.clone().serve(address, request)
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

    /// `address` is that of who is connected. In a box: it has kilobytes, which would be moved about, and kept by a connection
    /// for as long as it lasts.
    pub(super) fn serve(
        self: Arc<Self>,
        address: Option<IpAddr>,
        request: Request,
    ) -> BoxFuture<Response> {
        Box::pin(async move { self.respond(address, request).await })
    }

    async fn respond(&self, address: Option<IpAddr>, request: Request) -> Response {
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
        self.door.authenticated(self.methods(), address, request, serve).await
    }
}
