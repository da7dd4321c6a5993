use std::collections::BTreeSet;

use axum::Router;
use axum::response::Response;
use axum::routing::any;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW,
};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::super::Methods;
use super::url::Url;
use crate::server::Error;
use crate::transport::http::reply::{empty, json as json_response};

const NAME: &str = "oauth-protected-resource";
const METHODS: Methods = Methods(&[Method::GET, Method::HEAD]);
const ANY: HeaderValue = HeaderValue::from_static("*");

/// What this server says of itself to who wants a token for it (RFC 9728): public, to any page.
#[derive(Debug)]
pub(in crate::transport::http::door) struct Metadata {
    /// Where a challenge sends clients.
    pub(super) url: String,
    paths: BTreeSet<String>,
    document: String,
}

impl Metadata {
    pub(super) fn new(
        issuer: &Url,
        audience: &Url,
        scopes: &[String],
        name: &str,
        endpoint: Option<&str>,
    ) -> Result<Self, Error> {
        let (_, path) = audience.origin_and_path();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
        if !path.bytes().all(plain) {
            let audience = audience.as_str();
            let what = "its path may have letters, digits and `-._~%/`, and it has no query";
            return Err(Error::one(format!("--auth-audience {audience}: {what}")));
        }
        // At the root, behind the path clients know, and behind ours: a proxy may have taken
        // the start of theirs away.
        let behind = ["", path, endpoint.unwrap_or_default().trim_end_matches('/')];
        let mut document = json!({
            "resource": audience.as_str(),
            "resource_name": name,
            "authorization_servers": [issuer.as_str()],
            "bearer_methods_supported": ["header"],
        });
        if !scopes.is_empty() {
            document["scopes_supported"] = Value::from(scopes);
        }
        Ok(Self {
            url: audience.well_known(NAME),
            paths: behind.map(|path| format!("/.well-known/{NAME}{path}")).into(),
            document: document.to_string(),
        })
    }

    pub(in crate::transport::http::door) fn router(&self) -> Router {
        let mut router = Router::new();
        for path in &self.paths {
            let document = self.document.clone();
            let serve = any(move |method: Method| async move { answer(&method, document) });
            router = router.route(path, serve);
        }
        router
    }
}

fn answer(method: &Method, document: String) -> Response {
    let mut response = match *method {
        Method::GET | Method::HEAD => json_response(StatusCode::OK, document.into_bytes()),
        Method::OPTIONS => empty(StatusCode::NO_CONTENT),
        _ => empty(StatusCode::METHOD_NOT_ALLOWED),
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANY);
    if *method == Method::OPTIONS {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS.header());
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, ANY);
    }
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, METHODS.header());
    }
    response
}
