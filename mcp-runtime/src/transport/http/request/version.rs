//! The header in which a session's client says which revision it speaks (transports, "Protocol
//! version header").

use http::{HeaderMap, StatusCode};

use super::peer::PROTOCOL_VERSION;
use crate::revision::Revision;
use crate::transport::http::header::single;
use crate::transport::http::reply::Refusal;
use crate::wire::Quoted;

/// The revision the header names, if it is there. One we do not know is refused, and so are several.
pub(in crate::transport::http) fn named_revision(
    headers: &HeaderMap,
) -> Result<Option<Revision>, Refusal> {
    let refused = |what: String| Refusal::new(StatusCode::BAD_REQUEST, what);
    let name = single(headers, &PROTOCOL_VERSION)
        .map_err(|_| refused("MCP-Protocol-Version stands several times".to_owned()))?;
    let Some(name) = name else { return Ok(None) };
    let name = String::from_utf8_lossy(name.as_bytes());
    match Revision::named(&name) {
        Some(revision) => Ok(Some(revision)),
        None => Err(refused(format!("MCP-Protocol-Version: {} is not served", Quoted(&name, 40)))),
    }
}
