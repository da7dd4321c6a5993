use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT};
use http::{HeaderMap, StatusCode};
use http_body::Body as _;
use http_body_util::BodyExt;

use crate::context::Reserved;
use crate::server::{NO_MEMORY, Service};
use crate::transport::http::reply::Refusal;

/// How many times its limit of a body is thrown away, so that its sender can read the refusal and
/// use the connection again; past it the connection is closed.
const DISCARDED: usize = 4;

/// What hyper reads past by itself of a body that nobody has read. It hangs up on who sends more.
const PASSED_OVER: u64 = 8 * 1024;

/// The refusal of a request before its body was read: who sends a long one is told that nothing
/// more is read on this connection.
pub(in crate::transport) fn unread(body: &Body, refusal: Refusal) -> Refusal {
    match body.size_hint().upper() {
        Some(..=PASSED_OVER) => refusal,
        _ => refusal.closing(),
    }
}

/// Refuses a body that cannot be a message, before anything of it is read.
pub(in crate::transport) fn require_json(headers: &HeaderMap, body: &Body) -> Result<(), Refusal> {
    unpacked_json(headers).map_err(|refusal| unread(body, refusal))
}

/// Reads a request's body, without a copy if it comes in one piece. A server that stops does not
/// wait for the rest of one.
pub(in crate::transport) async fn read(
    service: &Service,
    headers: &HeaderMap,
    body: Body,
) -> Result<Bytes, Refusal> {
    let mut reading = pin!(read_whole(service, headers, body));
    // Nearly always it is there with its head, and needs no timer.
    if let Poll::Ready(read) = poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await {
        return read;
    }
    let mut draining = pin!(service.life().draining());
    let reading = poll_fn(|cx| match reading.as_mut().poll(cx) {
        Poll::Pending => draining.as_mut().poll(cx).map(|()| Err(Refusal::stopping())),
        read => read,
    });
    let time = service.limits.body_time;
    tokio::time::timeout(time, reading).await.unwrap_or_else(|_| {
        let what = format!("the body took longer than {time:?}; --body-time sets the limit");
        Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, what).closing())
    })
}

/// Only JSON, as it is: a page cannot send that across origins without being asked first, and what
/// is not packed cannot grow when unpacked.
fn unpacked_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split_once(';').map_or(kind, |(kind, _)| kind).trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(unsupported("send `Content-Type: application/json`"));
    }
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if coding != "identity" => {
            Err(unsupported("send the body without Content-Encoding"))
        }
        _ => Ok(()),
    }
}

fn unsupported(what: &str) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, what)
}

async fn read_whole(
    service: &Service,
    headers: &HeaderMap,
    mut body: Body,
) -> Result<Bytes, Refusal> {
    let limit = service.limits.max_body;
    let declared = body.size_hint().lower();
    if declared > limit as u64 {
        if headers.contains_key(EXPECT) {
            return Err(too_large(limit)); // it has not been sent yet
        }
        return Err(discard(limit, body, 0, too_large(limit)).await);
    }
    let first = next(&mut body).await?.unwrap_or_default();
    let mut reserved = Reserved::none(service.budget());
    if body.is_end_stream() && first.len() <= limit && reserved.fit_message(first.len()) {
        return Ok(reserved.keep(first));
    }
    join(limit, declared as usize, first, body, reserved).await
}

/// Reads the rest of a body that comes in pieces.
///
/// Memory is counted before it is touched: what is given back for a refusal may stay with the
/// allocator, and be in nobody's count. It is so as the body comes, four times over at most: to
/// announce one costs a client nothing. Room for all that is announced is made at once, which costs
/// nothing while it is not touched.
async fn join(
    limit: usize,
    declared: usize,
    first: Bytes,
    mut body: Body,
    mut reserved: Reserved,
) -> Result<Bytes, Refusal> {
    let mut whole = Vec::new();
    if whole.try_reserve_exact(declared).is_err() {
        return Err(discard(limit, body, 0, Refusal::busy(NO_MEMORY)).await);
    }
    let most = if declared > 0 { declared } else { limit };
    let (mut counted, mut more) = (0, first);
    loop {
        let received = whole.len() + more.len();
        if received > counted {
            counted = (4 * received).min(most).max(received);
        }
        let refusal = match (received > limit, reserved.fit_message(counted)) {
            (false, true) => None,
            (true, _) => Some(too_large(limit)),
            (false, false) => Some(Refusal::busy(NO_MEMORY)),
        };
        if let Some(refusal) = refusal {
            drop((whole, more, reserved));
            return Err(discard(limit, body, received, refusal).await);
        }
        if received > whole.capacity() {
            whole.reserve_exact(counted - whole.len());
        }
        whole.extend_from_slice(&more);
        drop(more); // so that the connection's buffer is free for the next piece
        match next(&mut body).await? {
            Some(next) => more = next,
            None => return Ok(reserved.keep(whole.into())),
        }
    }
}

async fn discard(limit: usize, mut body: Body, mut received: usize, refusal: Refusal) -> Refusal {
    while let Ok(Some(more)) = next(&mut body).await {
        received += more.len();
        if received > limit.saturating_mul(DISCARDED) {
            return refusal.closing();
        }
    }
    refusal
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
