//! Cross-origin calls of web pages that the [guard](super::guard) lets in.
//!
//! By hand, because the guard has already decided about the origin, and a layer that decides again
//! would sit around every call, from a page or not.

use super::Methods;
use crate::transport::http::reply::empty;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW,
    HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, StatusCode};

const ALLOWED_HEADERS: &str = "authorization, content-type, accept, mcp-method, mcp-name, \
    mcp-protocol-version, mcp-session-id, last-event-id";
const EXPOSED_HEADERS: HeaderValue = HeaderValue::from_static("mcp-session-id, www-authenticate");
const DAY: HeaderValue = HeaderValue::from_static("86400");

/// The prefix of the headers that tools define (streamable-http, "Custom headers").
const PARAMETER: &str = "mcp-param-";

/// The answer to OPTIONS; the browser's question in it is answered if it comes from a page.
pub(super) fn preflight(headers: &HeaderMap, methods: Methods) -> Response {
    let mut response = empty(StatusCode::NO_CONTENT);
    let answer = response.headers_mut();
    let methods = methods.header();
    answer.insert(ALLOW, methods.clone());
    if headers.contains_key(ORIGIN) {
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers(headers));
        answer.insert(ACCESS_CONTROL_MAX_AGE, DAY);
    }
    response
}

/// Lets the page of that origin read the response.
pub(super) fn expose(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
    headers.append(VARY, HeaderValue::from_static("origin"));
}

/// Ours, and those of tools that the page asks for: `*` would leave out `Authorization`.
fn allowed_headers(headers: &HeaderMap) -> HeaderValue {
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    let mut allowed = ALLOWED_HEADERS.to_owned();
    for name in asked.unwrap_or_default().split(',').map(str::trim) {
        if name.get(..PARAMETER.len()).is_some_and(|start| start.eq_ignore_ascii_case(PARAMETER)) {
            allowed.push_str(", ");
            allowed.push_str(name);
        }
    }
    HeaderValue::from_str(&allowed).unwrap_or(HeaderValue::from_static(ALLOWED_HEADERS))
}
