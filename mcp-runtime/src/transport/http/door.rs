use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::request::Parts;

use super::guard::Guard;
use super::refusal::Refusal;
use super::{HttpOptions, cors};
use crate::context::Caller;
use crate::server::{Error, Service};

/// What every request passes: may this page call, and who does?
#[derive(Debug)]
pub(crate) struct Door {
    guard: Guard,
}

impl Door {
    /// `own_hosts` are the names of the address bound.
    pub(super) fn new(
        options: &HttpOptions,
        own_hosts: Vec<String>,
        service: &Service,
    ) -> Result<Self, Error> {
        let guard = Guard::new(options, &service.limits, own_hosts)?;
        service.warn_of_scopes();
        Ok(Self { guard })
    }

    /// Lets `serve` answer a request of whom it knows who they are, if they have to say.
    pub(crate) async fn guarded(
        &self,
        methods: &'static str,
        request: Request,
        serve: impl AsyncFnOnce(Parts, Body, Caller) -> Result<Response, Refusal>,
    ) -> Response {
        let serve = async |parts, body| serve(parts, body, Caller::Anyone).await;
        self.admitted(methods, request, serve).await
    }

    /// Lets `serve` answer a request that the guard admits, whoever sent it, and a page read the
    /// answer.
    pub(crate) async fn admitted(
        &self,
        methods: &'static str,
        request: Request,
        serve: impl AsyncFnOnce(Parts, Body) -> Result<Response, Refusal>,
    ) -> Response {
        let (parts, body) = request.into_parts();
        let origin = match self.guard.admit(&parts) {
            Ok(origin) => origin.cloned(),
            Err(refusal) => {
                let client = self.guard.client(&parts);
                tracing::debug!(?client, %refusal, "a request was not let in");
                return refusal.into_response();
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
        response
    }
}
