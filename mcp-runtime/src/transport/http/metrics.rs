//! How requests went, counted, in the text format that Prometheus reads.
//!
//! Labels are bounded: methods of the protocol, names of functions of the server, outcomes. What a
//! peer makes up counts as `other`, or has no name.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::server::{Ended, Heard, Hears, Service};

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds in seconds: from a lookup in memory to a call for which a user waits.
const BUCKETS: [f64; 12] = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0];

/// What a server has done.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
}

/// The counters themselves.
#[derive(Debug)]
struct Counts {
    requests: Family<EndLabels, Counter>,
    running: Gauge,
    durations: Family<Labels, Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    name: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EndLabels {
    method: &'static str,
    name: &'static str,
    outcome: &'static str,
}

impl Metrics {
    /// Begins to count what a service does.
    pub(super) fn of(service: &Service) -> Arc<Self> {
        let counts = Counts {
            requests: Family::default(),
            running: Gauge::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        };
        let mut registry = Registry::with_prefix("mcp");
        let (requests, running) = (counts.requests.clone(), counts.running.clone());
        registry.register("requests", "Requests that have ended", requests);
        registry.register("requests_running", "Requests that have not ended", running);
        registry.register(
            "request_duration_seconds",
            "How long requests took",
            counts.durations.clone(),
        );
        service.tell_of_requests(Box::new(counts));
        Arc::new(Self { registry })
    }

    pub(super) fn response(&self) -> Response {
        let mut page = String::new();
        match text::encode(&mut page, &self.registry) {
            Ok(()) => ([(CONTENT_TYPE, TEXT)], page).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

impl Hears for Counts {
    fn began(&self, _: &Heard) {
        self.running.inc();
    }

    fn ended(&self, request: &Heard, ended: Ended, took: Duration) {
        self.running.dec();
        let (method, name) = (request.method, request.name.unwrap_or_default());
        self.durations.get_or_create(&Labels { method, name }).observe(took.as_secs_f64());
        let outcome = ended.as_str();
        self.requests.get_or_create(&EndLabels { method, name, outcome }).inc();
    }
}
