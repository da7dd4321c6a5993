//! Requests as spans, sent to a collector of OpenTelemetry: OTLP over HTTP, set up by the variables
//! every program has for it. `span` says what is recorded, `collector` sends it.

mod collector;
mod span;

use std::env;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;

use self::collector::Collector;
use self::span::Spans;
use crate::server::Error;
use crate::wire::initialize::Implementation;

/// How long sending what is left may take at the end.
const LAST: Duration = Duration::from_secs(2);

/// How long a collector may take, unless the environment says otherwise (OTLP exporter configuration).
const TIMEOUT: Duration = Duration::from_secs(10);

/// The name of what spans are made by.
const SCOPE: &str = "mcp-runtime";

/// Spans on their way to a collector. They wait in a queue that the SDK bounds (`OTEL_BSP_*`), and
/// are lost where it is full: no request waits for a collector.
#[derive(Debug)]
pub(crate) struct Otel {
    provider: SdkTracerProvider,
}

impl Otel {
    /// Begins as the environment says; `None` if it says that nothing is to be recorded.
    ///
    /// # Errors
    ///
    /// If it asks for a protocol that is not spoken here, or for no URL.
    pub(crate) fn of_environment(server: &Implementation) -> Result<Option<Self>, Error> {
        if variable(&["OTEL_SDK_DISABLED"]).is_some_and(|said| said.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        check()?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::new(timeout()?))
            .build()
            .map_err(|error| Error::one(format!("--otel: the OTEL_* variables: {error}")))?;
        let mut resource = Resource::builder();
        if env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(server.name.clone());
        }
        let resource = resource.with_attribute(span::version(&server.version)).build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_batch_exporter(exporter)
            .build();
        Ok(Some(Self { provider }))
    }

    pub(crate) fn spans(&self) -> Spans {
        Spans(self.provider.tracer(SCOPE))
    }

    /// Sends what has not been sent, as long as that does not take too long.
    pub(crate) fn end(&self) {
        if let Err(error) = self.provider.shutdown_with_timeout(LAST) {
            tracing::warn!(%error, "traces are lost: not all were sent before the end");
        }
    }
}

/// The first of these variables that is set to something, as an exporter looks for them.
fn variable(names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.trim().is_empty()))
}

/// Refuses what would otherwise be found out when the first spans are lost.
fn check() -> Result<(), Error> {
    let protocol = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
    if let Some(protocol) = variable(&protocol).filter(|protocol| protocol != "http/protobuf") {
        return Err(Error::one(format!(
            "OTEL_EXPORTER_OTLP_PROTOCOL is {protocol:?}: traces are sent as http/protobuf, which \
             collectors take on port 4318"
        )));
    }
    let endpoint = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    if let Some(endpoint) = variable(&endpoint) {
        let is_plain =
            endpoint.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"));
        if !is_plain {
            // Not the whole: there may be a password in it.
            let scheme = endpoint.split_once("://").map_or("no URL", |(scheme, _)| scheme);
            return Err(Error::one(format!(
                "OTEL_EXPORTER_OTLP_ENDPOINT is {scheme}: traces are sent over http:// to a \
                 collector beside the server, which passes them on over TLS"
            )));
        }
    }
    Ok(())
}

fn timeout() -> Result<Duration, Error> {
    let names = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
    let Some(text) = variable(&names) else { return Ok(TIMEOUT) };
    text.trim().parse().map(Duration::from_millis).map_err(|_| {
        Error::one(format!(
            "OTEL_EXPORTER_OTLP_TIMEOUT is {text:?}: give milliseconds, as in 10000"
        ))
    })
}
