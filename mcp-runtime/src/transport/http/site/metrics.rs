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
use prometheus_client::registry::{Registry, Unit};

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
        let (metrics, counts) = Self::new();
        service.tell_of_requests(Box::new(counts));
        Arc::new(metrics)
    }

    fn new() -> (Self, Counts) {
        let counts = Counts {
            requests: Family::default(),
            running: Gauge::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        };
        let mut registry = Registry::with_prefix("mcp");
        let (requests, running) = (counts.requests.clone(), counts.running.clone());
        registry.register("requests", "Requests that have ended", requests);
        registry.register("requests_running", "Requests that have not ended", running);
        registry.register_with_unit(
            "request_duration",
            "How long requests took",
            Unit::Seconds,
            counts.durations.clone(),
        );
        (Self { registry }, counts)
    }

    pub(super) fn response(&self) -> Response {
        match self.text() {
            Ok(page) => ([(CONTENT_TYPE, TEXT)], page).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry).map(|()| page)
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PAGE: &str = include_str!("../../../../docs/operations.md");

    /// What is said of a metric in lines such as `# HELP mcp_requests Requests that have ended.`
    fn said<'a>(text: &'a str, what: &str, metric: &str) -> &'a str {
        let start = format!("# {what} {metric} ");
        let said = text.lines().find_map(|line| line.strip_prefix(&start));
        said.unwrap_or_default().trim_end_matches('.')
    }

    /// The table as the page has it.
    fn table(text: &str) -> String {
        let head =
            "| metric | type | unit | labels | |\n| --- | --- | --- | --- | --- |\n".to_owned();
        let metrics = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split_once(' '));
        metrics.fold(head, |page, (metric, kind)| {
            let name =
                if kind == "counter" { format!("{metric}_total") } else { metric.to_owned() };
            let samples = text.lines().filter(|line| line.starts_with(metric));
            let labels: BTreeSet<_> = samples
                .flat_map(|line| line.split(['{', ',', '}']))
                .filter_map(|label| Some(format!("`{}`", label.split_once("=\"")?.0)))
                .filter(|label| label != "`le`") // which every histogram has
                .collect();
            let labels = labels.into_iter().collect::<Vec<_>>().join(", ");
            let cells = [kind, said(text, "UNIT", metric), &labels, said(text, "HELP", metric)];
            let cells =
                cells.map(|cell| if cell.is_empty() { " |".into() } else { format!(" {cell} |") });
            format!("{page}| `{name}` |{}\n", cells.concat())
        })
    }

    #[test]
    fn the_page_has_every_metric() {
        let (metrics, counts) = Metrics::new();
        let heard = Heard { method: "tools/call", name: Some("search") };
        counts.began(&heard);
        counts.ended(&heard, Ended::Done, Duration::ZERO);
        let table = table(&metrics.text().unwrap());
        assert!(PAGE.contains(&format!("\n{table}\n")), "docs/operations.md should have:\n{table}");
        let buckets = BUCKETS.map(|bound| bound.to_string()).join(", ");
        assert!(PAGE.contains(&format!("Buckets end at {buckets} seconds.")), "{buckets}");
    }

    #[test]
    fn the_page_has_every_outcome() {
        let failed = Ended::Failed(crate::wire::Code(0));
        for ended in [Ended::Done, Ended::Asked, Ended::ToolError, failed, Ended::Cancelled] {
            assert!(PAGE.contains(&format!("\n| `{}` | ", ended.as_str())), "{ended:?}");
        }
    }
}
