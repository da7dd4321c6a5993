//! A request as a span, by the
//! [conventions for MCP](https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md).
//!
//! Of what a client sends there are its ids and its session's. No arguments, results or URIs: they
//! may hold what only their reader should know.

use std::sync::Arc;

use opentelemetry::trace::{
    Span, SpanContext, SpanId, SpanKind, Status, TraceContextExt, TraceFlags, TraceId, TraceState,
    Tracer,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};

use crate::context::{Caller, TraceParent};
use crate::revision::Revision;
use crate::server::{Ended, Heard, Incoming, Session, Step, Traces, first};
use crate::wire::meta::RequestMeta;
use crate::wire::{Code, MessageKind, Method, RequestId};

/// The longest id of a request or a session that is recorded.
const LONGEST: usize = 80;

/// Records requests.
#[derive(Debug)]
pub(crate) struct Spans(pub(super) SdkTracer);

/// A request that runs.
struct Recorded {
    span: SdkSpan,
    /// What came with the request beside its parent.
    baggage: Option<String>,
    /// The revision it names itself; otherwise the session knows, once it is agreed.
    revision: Option<Revision>,
    session: Option<Arc<Session>>,
}

/// That of the server, for the resource.
pub(super) fn version(version: &str) -> KeyValue {
    KeyValue::new("service.version", version.to_owned())
}

impl Traces for Spans {
    fn began(&self, request: &Heard, incoming: &Incoming) -> Box<dyn Step> {
        let said = TraceParent::of(&incoming.message);
        let parent = said.as_ref().and_then(remote);
        let parent = parent
            .map_or_else(Context::new, |parent| Context::new().with_remote_span_context(parent));
        let target = target(incoming, request.name);
        let name = match target {
            Some((_, target)) => format!("{} {target}", request.method).into(),
            None => request.method.into(),
        };
        let builder = self.0.span_builder::<std::borrow::Cow<'static, str>>(name);
        let mut attributes = attributes(request, incoming);
        attributes.extend(target.map(|(key, target)| KeyValue::new(key, target)));
        let builder = builder.with_kind(SpanKind::Server).with_attributes(attributes);
        Box::new(Recorded {
            span: self.0.build_with_context(builder, &parent),
            baggage: said.and_then(|said| said.baggage().map(str::to_owned)),
            revision: named(incoming),
            session: incoming.session.clone(),
        })
    }
}

impl Step for Recorded {
    fn parent(&self) -> Option<TraceParent> {
        let own = self.span.span_context();
        let ids = (&own.trace_id(), &own.span_id());
        TraceParent::own(ids, own.is_sampled(), own.trace_state().header(), self.baggage.clone())
    }

    fn ended(mut self: Box<Self>, ended: Ended) {
        let handshake = self.session.as_ref().and_then(|session| session.handshake());
        let revision = self.revision.or_else(|| handshake.map(|handshake| handshake.revision));
        let mut set = |key: &'static str, value: String| {
            self.span.set_attribute(KeyValue::new(key, value));
        };
        if let Some(revision) = revision {
            set("mcp.protocol.version", revision.to_string());
        }
        set("mcp_runtime.outcome", ended.as_str().to_owned());
        let error = match ended {
            Ended::ToolError => Some(ended.as_str().to_owned()),
            Ended::Failed(Code(code)) => {
                set("rpc.response.status_code", code.to_string());
                Some(code.to_string())
            }
            Ended::Done | Ended::Asked | Ended::Cancelled => None,
        };
        if let Some(error) = error {
            set("error.type", error);
            self.span.set_status(Status::error("")); // what went wrong may quote an argument
        }
        self.span.end();
    }
}

/// The client's step, as the SDK has it.
fn remote(said: &TraceParent) -> Option<SpanContext> {
    let flags = if said.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let state = said.state().and_then(|state| state.parse().ok());
    Some(SpanContext::new(
        TraceId::from_hex(said.trace_id()).ok()?,
        SpanId::from_hex(said.parent_id()).ok()?,
        flags,
        true,
        state.unwrap_or(TraceState::NONE),
    ))
}

/// The function that is called, and how its name is recorded. A resource has none: its name would be
/// the URI.
fn target(incoming: &Incoming, name: Option<&'static str>) -> Option<(&'static str, &'static str)> {
    match incoming.message.method()? {
        Method::ToolsCall => Some(("gen_ai.tool.name", name?)),
        Method::PromptsGet => Some(("gen_ai.prompt.name", name?)),
        _ => None,
    }
}

fn attributes(request: &Heard, incoming: &Incoming) -> Vec<KeyValue> {
    let Incoming { message, session, peer, .. } = incoming;
    let mut attributes = vec![KeyValue::new("mcp.method.name", request.method)];
    let mut set = |key: &'static str, value: String| attributes.push(KeyValue::new(key, value));
    if message.method() == Some(&Method::ToolsCall) {
        set("gen_ai.operation.name", "execute_tool".to_owned());
    }
    if let MessageKind::Request { id, .. } = &message.kind {
        set(
            "jsonrpc.request.id",
            match id {
                RequestId::Number(number) => number.to_string(),
                RequestId::String(text) => first(LONGEST, text).to_owned(),
            },
        );
    }
    if let Some(id) = session.as_ref().and_then(|_| peer.header("mcp-session-id")) {
        set("mcp.session.id", first(LONGEST, id).to_owned());
    }
    match peer.caller() {
        Caller::Local => set("network.transport", "pipe".to_owned()),
        Caller::Anyone | Caller::Known(_) => {
            set("network.transport", "tcp".to_owned());
            set("network.protocol.name", "http".to_owned());
        }
    }
    attributes
}

/// The revision that a request names, or its transport.
fn named(incoming: &Incoming) -> Option<Revision> {
    let meta = RequestMeta::of(&incoming.message).ok();
    let version = meta.and_then(|meta| meta.protocol_version);
    Revision::named(version.as_deref().or_else(|| incoming.peer.named_version())?)
}
