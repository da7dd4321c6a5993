//! The header in which a session's client says which revision it speaks (transports, "Protocol
//! version header").

use http::{HeaderMap, HeaderValue, StatusCode};

use super::peer::PROTOCOL_VERSION;
use crate::revision::Revision;
use crate::transport::http::header::single;
use crate::transport::http::reply::Refusal;
use crate::wire::Quoted;

/// The revision the header names, if it is there. One we do not know is refused, and so are several.
pub(in crate::transport::http) fn named_revision(
    headers: &HeaderMap,
) -> Result<Option<Revision>, Refusal> {
    let Some(name) = named_once(headers)? else { return Ok(None) };
    let name = String::from_utf8_lossy(name.as_bytes());
    match Revision::named(&name) {
        Some(revision) => Ok(Some(revision)),
        None => Err(refused(format!("MCP-Protocol-Version: {} is not served", Quoted(&name, 40)))),
    }
}

/// The header, whatever it names: several are refused also where nobody looks at it, because
/// whoever routes by it may take another one than we do.
pub(in crate::transport::http) fn named_once(
    headers: &HeaderMap,
) -> Result<Option<&HeaderValue>, Refusal> {
    let name = single(headers, &PROTOCOL_VERSION);
    name.map_err(|_| refused("MCP-Protocol-Version is repeated".to_owned()))
}

fn refused(what: String) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, what)
}
