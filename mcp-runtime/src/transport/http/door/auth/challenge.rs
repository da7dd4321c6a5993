use crate::transport::http::reply;
use axum::response::Response;
use http::HeaderValue;
use http::StatusCode;
use http::header::WWW_AUTHENTICATE;
use serde_json::json;

/// The longest explanation that is told.
const LONGEST: usize = 200;

/// What a client is told that has to bring another token, or one at all (RFC 6750, 3; RFC 9728, 5.1).
#[derive(Debug)]
pub(super) struct Challenge {
    /// Where the authorisation server is named; none without one.
    pub(super) metadata: Option<String>,
    /// What every request needs.
    pub(super) scopes: Vec<String>,
}

impl Challenge {
    /// No token came: there is no error to speak of.
    pub(super) fn unauthorized(&self) -> Response {
        self.refuse(StatusCode::UNAUTHORIZED, None, "send a bearer token", &[])
    }

    pub(super) fn invalid_token(&self, why: &str) -> Response {
        self.refuse(StatusCode::UNAUTHORIZED, Some("invalid_token"), why, &[])
    }

    pub(super) fn invalid_request(&self, why: &str) -> Response {
        self.refuse(StatusCode::BAD_REQUEST, Some("invalid_request"), why, &[])
    }

    pub(super) fn insufficient_scope(&self) -> Response {
        let why = "the token lacks a scope that every request needs";
        self.refuse(StatusCode::FORBIDDEN, Some("insufficient_scope"), why, &[])
    }

    /// Not an error of JSON-RPC: a client that looks for one learns which era a server is of, and
    /// this says nothing of that.
    fn refuse(
        &self,
        status: StatusCode,
        error: Option<&str>,
        why: &str,
        scopes: &[&str],
    ) -> Response {
        let why = told(why);
        let body = json!({ "error": error.unwrap_or("unauthorized"), "error_description": why });
        let mut response = reply::json(status, body.to_string().into_bytes());
        let header = self.header(error, Some(&why), scopes);
        response.headers_mut().insert(WWW_AUTHENTICATE, header);
        response
    }

    /// The header of a refusal for want of these scopes, beside those that every request needs: a
    /// client that asks for these alone has enough for both.
    pub(super) fn of_scopes(&self, needed: &[&str]) -> HeaderValue {
        self.header(Some("insufficient_scope"), None, needed)
    }

    fn header(&self, error: Option<&str>, why: Option<&str>, needed: &[&str]) -> HeaderValue {
        let mut scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        scopes
            .extend(needed.iter().filter(|scope| !self.scopes.iter().any(|known| known == *scope)));
        let scopes = (!scopes.is_empty()).then(|| scopes.join(" "));
        let parts = [
            ("error", error),
            ("error_description", why.filter(|_| error.is_some())),
            ("scope", scopes.as_deref()),
            ("resource_metadata", self.metadata.as_deref()),
        ];
        let said =
            parts.iter().filter_map(|(name, value)| Some(format!("{name}=\"{}\"", (*value)?)));
        let mut said = said.collect::<Vec<_>>().join(", ");
        if said.is_empty() {
            said = "realm=\"mcp\"".to_owned(); // the scheme does not stand alone
        }
        HeaderValue::try_from(format!("Bearer {said}"))
            .unwrap_or(HeaderValue::from_static("Bearer realm=\"mcp\""))
    }
}

/// What may stand between quotes in the header.
fn told(text: &str) -> String {
    let plain = |character: char| match character {
        ' '..='~' if character != '"' && character != '\\' => character,
        _ => '?',
    };
    text.chars().take(LONGEST).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(metadata: Option<&str>, scopes: &[&str]) -> Challenge {
        Challenge {
            metadata: metadata.map(str::to_owned),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        }
    }

    fn said(response: &Response) -> &str {
        response.headers()[WWW_AUTHENTICATE].to_str().unwrap()
    }

    #[test]
    fn a_client_is_told_where_to_go_and_what_for() {
        let full = challenge(Some("https://a/b"), &["mcp"]);
        let unauthorized = full.unauthorized();
        assert_eq!(unauthorized.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(said(&unauthorized), r#"Bearer scope="mcp", resource_metadata="https://a/b""#);
        assert_eq!(
            full.of_scopes(&["files:write", "mcp"]),
            r#"Bearer error="insufficient_scope", scope="mcp files:write", resource_metadata="https://a/b""#
        );
        assert_eq!(said(&challenge(None, &[]).unauthorized()), r#"Bearer realm="mcp""#);
        assert_eq!(challenge(None, &[]).invalid_request("x").status(), StatusCode::BAD_REQUEST);
    }

    #[test]
    fn an_explanation_cannot_leave_its_quotes() {
        let invalid = challenge(None, &[]).invalid_token("a\"b\\c\r\nX: é");
        assert_eq!(
            said(&invalid),
            r#"Bearer error="invalid_token", error_description="a?b?c??X: ?""#
        );
    }
}
