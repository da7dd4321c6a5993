//! What is there for those who run the server, and not for its clients: whether it lives, whether
//! it takes requests, what it has done.
//!
//! Probes come by address and without credentials: neither `Host` nor anything else is checked.
//! What is said holds nothing of any request.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

#[cfg(feature = "metrics")]
use super::metrics::Metrics;
use crate::server::{Error, Service};

/// The paths, which no endpoint may have while they are served beside it.
pub(super) const PATHS: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// The routes; with `/metrics` if it is asked for.
///
/// # Errors
///
/// If it is asked for and not built in.
pub(in crate::transport::http) fn router(
    service: &Arc<Service>,
    metrics: bool,
) -> Result<Router, Error> {
    let life = service.life().clone();
    let readiness = move || {
        let ready = life.is_serving();
        async move {
            match ready {
                true => said(StatusCode::OK, "ready"),
                false => said(StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            }
        }
    };
    let router = Router::new()
        .route("/healthz", get(async || said(StatusCode::OK, "alive")))
        .route("/readyz", get(readiness));
    if !metrics {
        return Ok(router);
    }
    #[cfg(feature = "metrics")]
    {
        let metrics = Metrics::of(service);
        Ok(router.route("/metrics", get(async move || metrics.response())))
    }
    #[cfg(not(feature = "metrics"))]
    Err(Error::one(
        "metrics are not built in: add the feature `metrics` of mcp-runtime in Cargo.toml",
    ))
}

fn said(status: StatusCode, what: &'static str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, format!("{what}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_every_path() {
        let page = include_str!("../../../../docs/operations.md");
        for path in PATHS {
            assert!(page.contains(&format!("\n| `{path}` | ")), "{path}");
        }
    }
}
