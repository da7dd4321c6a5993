//! Requests of our own listener on their way to what answers them.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::{Method, Request};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use crate::handler::BoxFuture;
use crate::transport::http::endpoint::Endpoint;

/// The routes of one address, which are axum's, and the way of most requests, which is ours: a message for the endpoint
/// needs no look-up.
#[derive(Debug, Clone)]
pub(in crate::transport::http) struct Routes {
    endpoint: Option<(Arc<str>, Arc<Endpoint>)>,
    router: TowerToHyperService<Router>,
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { endpoint: None, router: TowerToHyperService::new(router) }
    }
}

impl Routes {
    /// `router` has the endpoint too, for what is no message.
    pub(super) fn new(path: &str, endpoint: &Arc<Endpoint>, router: Router) -> Self {
        Self { endpoint: Some((path.into(), endpoint.clone())), ..router.into() }
    }

    /// Answers a request of that client.
    pub(in crate::transport::http) fn answer(
        &self,
        client: SocketAddr,
        mut request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let is_message =
            |path: &str| request.method() == Method::POST && request.uri().path() == path;
        let endpoint = self.endpoint.as_ref().filter(|(path, _)| is_message(path));
        let way = match endpoint {
            Some((_, endpoint)) => {
                let peer = Some(client.ip().to_canonical());
                Way::Direct(endpoint.clone().serve(peer, request.map(Body::new)))
            }
            None => {
                request.extensions_mut().insert(ConnectInfo(client));
                Way::Routed(self.router.call(request))
            }
        };
        async move {
            match way {
                Way::Direct(response) => Ok(response.await),
                Way::Routed(response) => response.await,
            }
        }
    }
}

enum Way<F> {
    Direct(BoxFuture<Response>),
    Routed(F),
}
