use std::sync::OnceLock;

use serde_json::json;

use super::Settled;
use crate::context::{LogFilter, Request, TraceParent};
use crate::revision::{Era, Revision};
use crate::server::call::Origin;
use crate::server::reply::{Class, Reply};
use crate::server::{Incoming, Service};
use crate::wire::log::LogLevel;
use crate::wire::message::missing;
use crate::wire::meta::RequestMeta;
use crate::wire::{Code, ErrorObject, Member, Method, Quoted, RequestId};

/// Reads what a request says of itself (2026-07-28 basic, "Per-request metadata").
///
/// The order matters to clients that probe: what is missing, then what disagrees with the
/// transport, then what we do not serve.
pub(super) fn settle(
    id: RequestId,
    method: Method,
    step: Option<Box<TraceParent>>,
    incoming: Incoming,
) -> Settled {
    let refuse = |class, error| Settled::Break(Reply::error(class, Some(&id), &error).into());
    let Said { revision, progress_token, log_level } = match Said::by(&incoming) {
        Ok(said) => said,
        Err(error) => return refuse(Class::Refused, error),
    };
    if !revision.serves(&method) {
        return refuse(Class::NotServed, ErrorObject::method_not_found(&method));
    }
    let Incoming { message, session, peer, outbox } = incoming;
    let request = Request {
        message,
        id,
        method,
        revision,
        progress_token,
        log: LogFilter::Request(log_level),
        client: OnceLock::new(),
        peer,
        step,
    };
    Settled::Continue((request, Origin { session, outbox }))
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
        let log_level = LogLevel::of(&incoming.message, Member::MetaLogLevel)?;
        Ok(Self { revision, progress_token: meta.progress_token, log_level })
    }
}

/// The members a stateless request must have; who the client is may stay unsaid.
fn required<'a>(meta: &'a RequestMeta<'_>) -> Result<&'a str, ErrorObject> {
    const CAPABILITIES: Member = Member::MetaClientCapabilities;
    let version = meta.protocol_version.as_deref();
    let version = version.ok_or_else(|| missing(Member::MetaProtocolVersion))?;
    match meta.client_capabilities {
        Some(capabilities) if capabilities.starts_with(b"{") => Ok(version),
        Some(_) => {
            let what = format!("{} must be an object", CAPABILITIES.path());
            Err(ErrorObject::new(Code::INVALID_PARAMS, what))
        }
        None => Err(missing(CAPABILITIES)),
    }
}

/// Only revisions without a handshake can be asked for this way.
fn served(version: &str) -> Result<Revision, ErrorObject> {
    Revision::named(version)
        .filter(|revision| revision.facts().era == Era::Stateless)
        .ok_or_else(|| ErrorObject::unsupported_version(version, &Service::revisions()))
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
