//! The header in which a session's client says which revision it speaks (transports, "Protocol
//! version header").

use http::HeaderMap;

use super::peer::PROTOCOL_VERSION;
use crate::context::Caller;
use crate::revision::{Era, Revision};
use crate::server::{Service, Session};
use crate::transport::http::header::single;
use crate::wire::Quoted;

/// The revision the header names; `Err`: one we do not know, or several.
pub(in crate::transport::http) fn named(headers: &HeaderMap) -> Result<Option<Revision>, String> {
    let name = single(headers, &PROTOCOL_VERSION)
        .map_err(|_| "MCP-Protocol-Version stands several times".to_owned())?;
    let Some(name) = name else { return Ok(None) };
    let name = String::from_utf8_lossy(name.as_bytes());
    match Revision::named(&name) {
        Some(revision) => Ok(Some(revision)),
        None => Err(format!("MCP-Protocol-Version: {} is not served", Quoted(&name, 40))),
    }
}

/// A session nobody opened, of the revision a request names, or the one that naming none means.
pub(in crate::transport::http) fn assumed_session(
    named: Option<Revision>,
    service: &Service,
    caller: Caller,
) -> Session {
    let handshake = named.filter(|revision| revision.facts().era == Era::Handshake);
    Session::assumed(handshake.unwrap_or(Revision::UNNAMED), &service.room, caller)
}

/// Whether the session's revision has the header: the older ones must not be asked for it.
pub(in crate::transport::http) fn is_checked(session: &Session) -> bool {
    session.handshake().is_some_and(|handshake| handshake.revision.facts().version_header_checked)
}
