use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, EXPECT};
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;

use super::refusal::Refusal;

/// The largest message a client may send.
const LIMIT: usize = 4 * 1024 * 1024;

/// How much of a body that is too large is thrown away, so that its sender can read the refusal
/// and use the connection again; past it the connection is closed.
const DISCARDED: usize = 4 * LIMIT;

/// Reads a request's body, without a copy if it comes in one piece.
pub(crate) async fn read(headers: &HeaderMap, mut body: Body) -> Result<Bytes, Refusal> {
    let declared = body.size_hint().lower();
    if declared > LIMIT as u64 {
        if headers.contains_key(EXPECT) {
            return Err(too_large()); // it has not been sent yet
        }
        return Err(discard(body, 0).await);
    }
    let first = next(&mut body).await?.unwrap_or_default();
    if body.is_end_stream() && first.len() <= LIMIT {
        return Ok(first);
    }
    let mut whole = BytesMut::with_capacity(first.len().max(declared as usize));
    whole.extend_from_slice(&first);
    while let Some(more) = next(&mut body).await? {
        if whole.len() + more.len() > LIMIT {
            let received = whole.len() + more.len();
            drop((whole, more));
            return Err(discard(body, received).await);
        }
        whole.extend_from_slice(&more);
    }
    if whole.len() > LIMIT { Err(too_large()) } else { Ok(whole.freeze()) }
}

async fn discard(mut body: Body, mut received: usize) -> Refusal {
    while let Ok(Some(more)) = next(&mut body).await {
        received += more.len();
        if received > DISCARDED {
            return too_large().with(CONNECTION, "close");
        }
    }
    too_large()
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

fn too_large() -> Refusal {
    let what = format!("a message may have at most {} MiB", LIMIT / (1024 * 1024));
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, what)
}
