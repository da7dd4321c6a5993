use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use serde_json::{Map, Value};

use super::claims::Expected;
use super::discovery::AuthorizationServer;
use super::fetch::Fetcher;
use super::remote::Remote;
use super::verifier::TokenError;
use crate::context::Principal;

/// Asks the authorisation server what a token says that does not say it itself (RFC 7662).
///
/// The one place to which a token is sent on: to whoever has issued it.
#[derive(Debug)]
pub(super) struct Introspection {
    pub(super) fetcher: Fetcher,
    pub(super) server: Arc<Remote<AuthorizationServer>>,
    pub(super) credentials: Credentials,
}

/// As whom we ask.
#[derive(Clone)]
pub(super) struct Credentials(HeaderValue);

impl Credentials {
    pub(super) fn new(id: &str, secret: &str) -> Option<Self> {
        let pair = format!("{}:{}", form_encoded(id), form_encoded(secret));
        let mut header = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair))).ok()?;
        header.set_sensitive(true);
        Some(Self(header))
    }
}

impl Introspection {
    pub(super) async fn verify(
        &self,
        token: &str,
        expected: &Expected,
    ) -> Result<Principal, TokenError> {
        let server = self.server.get().await.map_err(TokenError::Unavailable)?;
        let url = server.value.introspection.as_ref().ok_or_else(|| {
            TokenError::Unavailable("the issuer has no introspection_endpoint".to_owned())
        })?;
        let form = format!("token={}&token_type_hint=access_token", form_encoded(token));
        let answer = self.fetcher.post(url, self.credentials.0.clone(), form).await;
        read(&answer.map_err(TokenError::Unavailable)?, expected)
    }
}

fn read(answer: &[u8], expected: &Expected) -> Result<Principal, TokenError> {
    let mut claims: Map<String, Value> = serde_json::from_slice(answer).map_err(|_| {
        TokenError::Unavailable("the answer of introspection is no JSON".to_owned())
    })?;
    if claims.remove("active") != Some(Value::Bool(true)) {
        return Err(TokenError::invalid("the token is not active"));
    }
    // It is the issuer that answers, whether or not it says so (RFC 7662, 2.2).
    claims.entry("iss").or_insert_with(|| expected.issuer.clone().into());
    expected.principal(claims, SystemTime::now())
}

fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(byte.into());
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_active_token_for_us_is_a_principal() {
        let expected = Expected {
            issuer: "https://id.example".to_owned(),
            audience: "https://mcp.example".to_owned(),
        };
        let good = json!({
            "active": true, "aud": "https://mcp.example", "sub": "ada", "exp": 4_000_000_000_u64, "scope": "a b",
        });
        let of = |member: &str, value: Value| {
            let mut answer = good.clone();
            answer[member] = value;
            read(answer.to_string().as_bytes(), &expected)
        };
        let ada = of("scope", json!("a b")).unwrap();
        assert_eq!((ada.subject(), ada.issuer()), ("ada", Some("https://id.example")));
        assert!(ada.has_scope("b") && ada.claim("active").is_none());
        for (member, value) in [
            ("active", json!(false)),
            ("active", json!("true")),
            ("active", json!(null)),
            ("aud", json!("https://other.example")),
            ("aud", json!(null)),
            ("iss", json!("https://evil.example")),
            ("exp", json!(1)),
        ] {
            assert!(matches!(of(member, value), Err(TokenError::Invalid(_))), "{member}");
        }
        assert!(matches!(read(b"<html>", &expected), Err(TokenError::Unavailable(_))));
    }

    #[test]
    fn what_is_sent_cannot_leave_its_place() {
        assert_eq!(form_encoded("a+b/c=&d e:%é"), "a%2Bb%2Fc%3D%26d%20e%3A%25%C3%A9");
        let credentials = Credentials::new("a:b", "c").unwrap();
        assert_eq!(credentials.0, format!("Basic {}", STANDARD.encode("a%3Ab:c")));
        assert_eq!(format!("{credentials:?} {:?}", credentials.0), "Credentials(..) Sensitive");
    }
}
