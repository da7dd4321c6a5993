use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, EXPECT};
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;

use super::refusal::Refusal;
use crate::server::Limits;

/// How many times its limit of a body is thrown away, so that its sender can read the refusal and
/// use the connection again; past it the connection is closed.
const DISCARDED: usize = 4;

/// Reads a request's body, without a copy if it comes in one piece.
pub(crate) async fn read(
    limits: &Limits,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<Bytes, Refusal> {
    let limit = limits.max_body;
    let declared = body.size_hint().lower();
    if declared > limit as u64 {
        if headers.contains_key(EXPECT) {
            return Err(too_large(limit)); // it has not been sent yet
        }
        return Err(discard(limit, body, 0).await);
    }
    let first = next(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() && first.len() <= limit {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len().max(declared as usize));
    whole.extend_from_slice(&first);
    while let Some(more) = next(&mut body).await? {
        if whole.len() + more.len() > limit {
            let received = whole.len() + more.len();
            drop((whole, more));
            return Err(discard(limit, body, received).await);
        }
        whole.extend_from_slice(&more);
    }
    if whole.len() > limit { Err(too_large(limit)) } else { Ok(whole.freeze()) }
}

async fn discard(limit: usize, mut body: Body, mut received: usize) -> Refusal {
    while let Ok(Some(more)) = next(&mut body).await {
        received += more.len();
        if received > limit.saturating_mul(DISCARDED) {
            return too_large(limit).with(CONNECTION, "close");
        }
    }
    too_large(limit)
}

/// The next piece of data; trailers are nothing to us.
async fn next(body: &mut Body) -> Result<Option<Bytes>, Refusal> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(_) => continue,
            },
            Some(Err(_)) => {
                return Err(Refusal::new(StatusCode::BAD_REQUEST, "the body broke off"));
            }
        }
    }
}

fn too_large(limit: usize) -> Refusal {
    let what = format!("a message may have at most {limit} bytes; --max-body sets it");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, what)
}
