use std::sync::Arc;

use serde_json::json;

use crate::context::LogFilter;
use crate::revision::{Era, Revision};
use crate::server::dispatch::Request;
use crate::server::reply::{Class, Reply};
use crate::server::{Incoming, Outcome, Service};
use crate::wire::log::LogLevel;
use crate::wire::meta::RequestMeta;
use crate::wire::{Code, ErrorObject, MessageKind, Quoted, RequestId};

/// What a request says of itself.
pub(super) struct Settled {
    revision: Revision,
    log_level: Option<LogLevel>,
}

/// Reads what a request says of itself (2026-07-28 basic, "Per-request metadata").
///
/// The order matters to clients that probe: what is missing, then what disagrees with the
/// transport, then what we do not serve.
pub(super) fn settle(meta: &RequestMeta<'_>, incoming: &Incoming) -> Result<Settled, ErrorObject> {
    let version = required(meta)?;
    incoming.peer.mirrors(&incoming.message, meta)?;
    let revision = served(version)?;
    Ok(Settled { revision, log_level: log_level(meta)? })
}

/// A request that describes itself.
pub(super) fn request(
    service: &Arc<Service>,
    id: RequestId,
    progress_token: Option<RequestId>,
    Settled { revision, log_level }: Settled,
    incoming: Incoming,
) -> Outcome {
    let Incoming { message, session, peer, outbox, trace } = incoming;
    let MessageKind::Request { method, .. } = &message.kind else { return Outcome::Accepted };
    if !revision.serves(method) {
        let error = ErrorObject::method_not_found(method);
        return Reply::error(Class::NotServed, Some(&id), &error).into();
    }
    let request = Request {
        revision,
        progress_token,
        log: LogFilter::Request(log_level),
        client: None,
        session,
        id,
        message,
        peer,
        outbox,
        trace,
    };
    service.dispatch(request)
}

/// The members a stateless request must have; who the client is may stay unsaid.
fn required<'a>(meta: &'a RequestMeta<'_>) -> Result<&'a str, ErrorObject> {
    let missing = |name| {
        let what = format!("params._meta: `io.modelcontextprotocol/{name}` is missing");
        ErrorObject::new(Code::INVALID_PARAMS, what)
    };
    let version = meta.protocol_version.as_deref().ok_or_else(|| missing("protocolVersion"))?;
    match meta.client_capabilities {
        Some(capabilities) if capabilities.starts_with(b"{") => Ok(version),
        Some(_) => Err(ErrorObject::new(
            Code::INVALID_PARAMS,
            "params._meta: `io.modelcontextprotocol/clientCapabilities` must be an object",
        )),
        None => Err(missing("clientCapabilities")),
    }
}

/// Only revisions without a handshake can be asked for this way.
fn served(version: &str) -> Result<Revision, ErrorObject> {
    Revision::named(version)
        .filter(|revision| revision.facts().era == Era::Stateless)
        .ok_or_else(|| ErrorObject::unsupported_version(version, &Service::revisions()))
}

fn log_level(meta: &RequestMeta<'_>) -> Result<Option<LogLevel>, ErrorObject> {
    meta.log_level.map(serde_json::from_slice).transpose().map_err(|_| {
        ErrorObject::new(
            Code::INVALID_PARAMS,
            "params._meta: `io.modelcontextprotocol/logLevel` must be one of debug, info, notice, warning, \
             error, critical, alert, emergency",
        )
    })
}

impl ErrorObject {
    /// A revision we do not serve in this form, and those we do.
    pub(crate) fn unsupported_version(requested: &str, supported: &[Revision]) -> Self {
        let supported: Vec<_> = supported.iter().map(|revision| revision.as_str()).collect();
        let what = format!("protocol version {} is not served", Quoted(requested, 40));
        Self::new(Code::UNSUPPORTED_PROTOCOL_VERSION, what)
            .with_data(json!({ "supported": supported, "requested": requested.chars().take(200).collect::<String>() }))
    }
}
