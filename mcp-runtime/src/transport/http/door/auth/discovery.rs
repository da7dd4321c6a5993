use std::time::Duration;

use serde::Deserialize;

use super::fetch::Fetcher;
use super::url::Url;

/// How long all of it may take.
const TIME: Duration = Duration::from_secs(8);

/// What is used of an authorisation server's metadata.
#[derive(Debug)]
pub(super) struct AuthorizationServer {
    pub(super) keys: Option<Url>,
    pub(super) introspection: Option<Url>,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: Option<String>,
    introspection_endpoint: Option<String>,
}

/// Asks an issuer about itself, wherever it may say so
/// (basic/authorization/authorization-server-discovery).
pub(super) async fn discover(
    fetcher: &Fetcher,
    issuer: &Url,
) -> Result<AuthorizationServer, String> {
    let mut why = String::new();
    let asking = async {
        for place in places(issuer) {
            let found = match Url::parse(&place) {
                Ok(url) => fetcher.get(&url).await.and_then(|json| read(&json, issuer)),
                Err(what) => Err(format!("{place} {what}")),
            };
            match found {
                Ok(server) => return Some(server),
                Err(what) if why.is_empty() => why = what,
                Err(_) => {} // the first place is the one it should be at
            }
        }
        None
    };
    match tokio::time::timeout(TIME, asking).await {
        Ok(Some(server)) => Ok(server),
        _ => Err(format!("the issuer says nothing of itself: {why}")),
    }
}

/// Where it may be, in the order of the specification.
fn places(issuer: &Url) -> Vec<String> {
    let (origin, path) = issuer.origin_and_path();
    let mut places = vec![
        issuer.well_known("oauth-authorization-server"),
        issuer.well_known("openid-configuration"),
    ];
    if !path.is_empty() {
        places.push(format!("{origin}{path}/.well-known/openid-configuration"));
    }
    places
}

fn read(json: &[u8], issuer: &Url) -> Result<AuthorizationServer, String> {
    let wrong = |what: &str| format!("the metadata of {} {what}", issuer.as_str());
    let document: Document = serde_json::from_slice(json).map_err(|_| wrong("cannot be read"))?;
    // Who answers for another might have its tokens taken for the other's (RFC 8414, 3.3).
    if document.issuer != issuer.as_str() {
        return Err(wrong("is of another issuer: give it as the server itself writes it"));
    }
    let url = |text: Option<String>| {
        let parsed = text.map(|text| Url::parse(&text)).transpose();
        parsed.map_err(|what| wrong(&format!("has an address that {what}")))
    };
    Ok(AuthorizationServer {
        keys: url(document.jwks_uri)?,
        introspection: url(document.introspection_endpoint)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_issuer_with_a_path_is_asked_in_three_places() {
        assert_eq!(
            places(&url("https://id.example/tenant")),
            [
                "https://id.example/.well-known/oauth-authorization-server/tenant",
                "https://id.example/.well-known/openid-configuration/tenant",
                "https://id.example/tenant/.well-known/openid-configuration",
            ]
        );
        assert_eq!(places(&url("https://id.example")).len(), 2);
    }

    #[test]
    fn an_issuer_speaks_for_itself_and_over_tls() {
        let issuer = url("https://id.example");
        let of = |issuer_said: &str, keys: &str| {
            let json = serde_json::json!({ "issuer": issuer_said, "jwks_uri": keys });
            read(json.to_string().as_bytes(), &issuer)
        };
        let server = of("https://id.example", "https://keys.example/jwks").unwrap();
        assert_eq!(server.keys.unwrap().as_str(), "https://keys.example/jwks");
        assert!(server.introspection.is_none());
        assert!(
            of("https://evil.example", "https://keys.example").unwrap_err().contains("another")
        );
        assert!(of("https://id.example/", "https://keys.example").is_err());
        assert!(of("https://id.example", "http://keys.example").unwrap_err().contains("not https"));
        assert!(read(b"<html>", &issuer).is_err());
    }
}
