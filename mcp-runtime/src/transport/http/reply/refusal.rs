use std::fmt;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONNECTION, HeaderName, HeaderValue, RETRY_AFTER};

use super::json;
use crate::server::{Life, Reply, STOPPING};
use crate::wire::{Code, ErrorObject, MessageKind, Unreadable};

/// How many seconds a client waits that came while the server stops.
pub(super) const RETRY_STOPPED: u16 = 5;

/// A request that HTTP itself refuses.
///
/// Its body is a JSON-RPC error all the same: clients of two eras look into it to learn whom they
/// talk to (streamable-http, "Backward compatibility").
///
/// In a box: most requests pass all that might return one.
#[derive(Debug)]
pub(in crate::transport) struct Refusal(Box<Refused>);

#[derive(Debug)]
struct Refused {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    said: Unreadable,
}

impl Refusal {
    pub(in crate::transport) fn new(status: StatusCode, what: impl Into<String>) -> Self {
        let error = ErrorObject::new(Code::INVALID_REQUEST, what.into());
        Self::saying(status, Unreadable { id: None, error })
    }

    fn saying(status: StatusCode, said: Unreadable) -> Self {
        Self(Box::new(Refused { status, headers: Vec::new(), said }))
    }

    /// The same as the refusal of a message, which carries its id if it is a request.
    pub(in crate::transport::http) fn of_message(mut self, message: &MessageKind) -> Self {
        if let MessageKind::Request { id, .. } = message {
            self.0.said.id = Some(id.clone());
        }
        self
    }

    /// Lets nothing begin while the server drains: no request, and no stream that would hold up its
    /// end. What has begun goes on, so answers, and clients that come back, are not asked this.
    pub(in crate::transport) fn unless_serving(life: &Life) -> Result<(), Self> {
        if life.is_serving() { Ok(()) } else { Err(Self::stopping()) }
    }

    /// The server drains: another is to be asked, or this one when it is back.
    pub(in crate::transport::http) fn stopping() -> Self {
        let error = ErrorObject::new(Code::INTERNAL_ERROR, STOPPING);
        let said = Unreadable { id: None, error };
        Self::saying(StatusCode::SERVICE_UNAVAILABLE, said).retry_after(RETRY_STOPPED)
    }

    pub(in crate::transport) fn unreadable(said: Unreadable) -> Self {
        Self::saying(StatusCode::BAD_REQUEST, said)
    }

    pub(in crate::transport::http) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// In so many seconds it may be otherwise.
    pub(in crate::transport) fn retry_after(self, seconds: u16) -> Self {
        self.with(RETRY_AFTER, seconds.into())
    }

    /// Nothing more is read on the connection.
    pub(in crate::transport::http) fn closing(self) -> Self {
        self.with(CONNECTION, HeaderValue::from_static("close"))
    }

    /// There is not enough memory left, or not enough of something else, and there may be soon.
    pub(in crate::transport::http) fn busy(what: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, what).retry_after(1)
    }

    /// All of them are in use. One may be free again when somebody leaves.
    pub(in crate::transport) fn too_many_sessions() -> Self {
        let what = "too many sessions are open (--max-sessions); try again later";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, what).retry_after(60)
    }

    /// All of the caller's are in use.
    pub(in crate::transport) fn too_many_sessions_of_one(limit: usize) -> Self {
        let what = format!("you have {limit} sessions open (--max-sessions-per-principal)");
        Self::new(StatusCode::TOO_MANY_REQUESTS, what).retry_after(60)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { status, said, .. } = &*self.0;
        let body = Reply::unreadable(said).into_frame();
        write!(f, "{} {}", status.as_u16(), String::from_utf8_lossy(&body))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Refused { status, headers, said } = *self.0;
        let mut response = json(status, Reply::unreadable(&said).into_frame());
        response.headers_mut().extend(headers);
        response
    }
}
