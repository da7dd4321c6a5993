use std::sync::OnceLock;

use serde_json::json;

use crate::context::{LogFilter, Request};
use crate::revision::{Era, Revision};
use crate::server::dispatch::Origin;
use crate::server::reply::{Class, Reply};
use crate::server::{Incoming, Outcome, Service};
use crate::wire::log::LogLevel;
use crate::wire::meta::RequestMeta;
use crate::wire::{Code, ErrorObject, Quoted, RequestId};

/// Reads what a request says of itself (2026-07-28 basic, "Per-request metadata").
///
/// The order matters to clients that probe: what is missing, then what disagrees with the
/// transport, then what we do not serve.
///
/// # Errors
///
/// Its refusal.
pub(super) fn settle(id: RequestId, incoming: Incoming) -> Result<(Request, Origin), Outcome> {
    let said = match Said::by(&incoming) {
        Ok(said) => said,
        Err(error) => return Err(Reply::error(Class::Refused, Some(&id), &error).into()),
    };
    let Said { revision, progress_token, log_level } = said;
    let Incoming { message, session, peer, outbox } = incoming;
    if let Some(method) = message.method().filter(|method| !revision.serves(method)) {
        let error = ErrorObject::method_not_found(method);
        return Err(Reply::error(Class::NotServed, Some(&id), &error).into());
    }
    let request = Request {
        message,
        id,
        revision,
        progress_token,
        log: LogFilter::Request(log_level),
        client: OnceLock::new(),
        peer,
        step: None,
    };
    Ok((request, Origin { session, outbox }))
}

/// What a request says of itself.
struct Said {
    revision: Revision,
    progress_token: Option<RequestId>,
    log_level: Option<LogLevel>,
}

impl Said {
    fn by(incoming: &Incoming) -> Result<Self, ErrorObject> {
        let meta = RequestMeta::of(&incoming.message)?;
        let version = required(&meta)?;
        incoming.peer.mirrors(&incoming.message, &meta)?;
        let revision = served(version)?;
        let log_level = log_level(&meta)?;
        Ok(Self { revision, progress_token: meta.progress_token, log_level })
    }
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
