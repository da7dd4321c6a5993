use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::verifier::TokenError;
use crate::context::Principal;

/// By how much the clocks of the two servers may differ.
const LEEWAY: Duration = Duration::from_secs(60);

/// Whom a token has to be of and for.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    pub(super) issuer: String,
    pub(super) audience: String,
}

impl Expected {
    /// Who a token is of that says this of itself, now (RFC 9068, 4).
    pub(super) fn principal(
        &self,
        claims: Map<String, Value>,
        now: SystemTime,
    ) -> Result<Principal, TokenError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(&self.issuer) {
            return Err(TokenError::invalid("the token is of another issuer"));
        }
        if !claims.get("aud").is_some_and(|audience| self.is_for_us(audience)) {
            return Err(TokenError::invalid("the token is for another audience"));
        }
        let ends = moment(&claims, "exp")?
            .ok_or(TokenError::invalid("the token does not say when it ends"))?;
        if now >= ends.checked_add(LEEWAY).unwrap_or(ends) {
            return Err(TokenError::invalid("the token has expired"));
        }
        if moment(&claims, "nbf")?.is_some_and(|begins| begins > now + LEEWAY) {
            return Err(TokenError::invalid("the token is not valid yet"));
        }
        let subject = text("sub").or(text("client_id")).or(text("azp"));
        let subject = subject.filter(|subject| !subject.is_empty());
        let subject = subject.ok_or(TokenError::invalid("the token names nobody"))?;
        Ok(Principal::new(subject)
            .with_issuer(&*self.issuer)
            .with_scopes(scopes(&claims))
            .with_expiry(ends)
            .with_claims(claims))
    }

    /// Whether we are among those a token is for; some write a slash behind a URL.
    fn is_for_us(&self, audience: &Value) -> bool {
        let bare = |url: &str| url.strip_suffix('/').unwrap_or(url).to_owned();
        let ours = |one: &Value| one.as_str().is_some_and(|one| bare(one) == bare(&self.audience));
        match audience {
            Value::Array(several) => several.iter().any(ours),
            one => ours(one),
        }
    }
}

/// Seconds since 1970, perhaps with a fraction.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<SystemTime>, TokenError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let since = value.as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let moment = since.and_then(|since| UNIX_EPOCH.checked_add(since));
    moment.map(Some).ok_or(TokenError::invalid("the token has a time that is none"))
}

/// `scope` is text (RFC 9068, 2.2.3); some servers write `scp`, and lists.
fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let said = [claims.get("scope"), claims.get("scp")].into_iter().flatten();
    let words = |text: &Value| -> Vec<String> {
        text.as_str().unwrap_or_default().split(' ').map(str::to_owned).collect()
    };
    let scopes = said.flat_map(|said| match said {
        Value::Array(several) => several.iter().flat_map(words).collect(),
        one => words(one),
    });
    scopes.filter(|scope| !scope.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn good() -> Value {
        json!({
            "iss": "https://id.example", "aud": "https://mcp.example/mcp", "sub": "ada",
            "exp": NOW + 100, "nbf": NOW - 100, "scope": "files:read files:write",
        })
    }

    fn principal(claims: Value) -> Result<Principal, String> {
        let expected = Expected {
            issuer: "https://id.example".to_owned(),
            audience: "https://mcp.example/mcp".to_owned(),
        };
        let Value::Object(claims) = claims else { panic!("an object") };
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        expected.principal(claims, now).map_err(|error| match error {
            TokenError::Invalid(why) => why.into_owned(),
            other => panic!("{other:?}"),
        })
    }

    fn with(member: &str, value: Value) -> Result<Principal, String> {
        let mut claims = good();
        claims[member] = value;
        principal(claims)
    }

    fn without(member: &str) -> Result<Principal, String> {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(member);
        principal(claims)
    }

    #[test]
    fn a_good_token_is_a_principal() {
        let ada = principal(good()).unwrap();
        assert_eq!((ada.subject(), ada.issuer()), ("ada", Some("https://id.example")));
        assert_eq!(ada.scopes().collect::<Vec<_>>(), ["files:read", "files:write"]);
        assert_eq!(ada.claim("aud"), Some(&json!("https://mcp.example/mcp")));
        assert_eq!(ada.expiry(), Some(UNIX_EPOCH + Duration::from_secs(NOW + 100)));
    }

    #[test]
    fn issuer_and_audience_are_ours() {
        for issuer in [json!("https://id.example/"), json!("https://evil.example"), json!(null)] {
            assert_eq!(with("iss", issuer).unwrap_err(), "the token is of another issuer");
        }
        without("iss").unwrap_err();
        for audience in [
            json!("https://mcp.example/"),
            json!("https://mcp.example"),
            json!("https://mcp.example/mcp/other"),
            json!(["https://evil.example"]),
            json!([]),
            json!({ "https://mcp.example/mcp": 1 }),
        ] {
            assert_eq!(with("aud", audience).unwrap_err(), "the token is for another audience");
        }
        without("aud").unwrap_err();
        for audience in
            [json!("https://mcp.example/mcp/"), json!(["other", "https://mcp.example/mcp"])]
        {
            assert!(with("aud", audience).is_ok());
        }
    }

    #[test]
    fn a_token_has_its_time_give_or_take() {
        for (member, value, ok) in [
            ("exp", json!(NOW - 59), true),
            ("exp", json!(NOW - 60), false),
            ("exp", json!(NOW as f64 + 0.5), true),
            ("exp", json!("soon"), false),
            ("exp", json!(-1), false),
            ("exp", json!(1e300), false),
            ("nbf", json!(NOW + 60), true),
            ("nbf", json!(NOW + 61), false),
            ("nbf", json!(null), false),
        ] {
            assert_eq!(with(member, value.clone()).is_ok(), ok, "{member} {value}");
        }
        assert!(without("nbf").is_ok());
        assert_eq!(without("exp").unwrap_err(), "the token does not say when it ends");
    }

    #[test]
    fn scopes_are_text_or_a_list() {
        for (member, value, expected) in [
            ("scope", json!(" b  a "), &["a", "b"][..]),
            ("scope", json!(["b", "a c"]), &["a", "b", "c"]),
            ("scope", json!(3), &[]),
        ] {
            let principal = with(member, value).unwrap();
            assert_eq!(principal.scopes().collect::<Vec<_>>(), expected);
        }
        let both = with("scp", json!(["more"])).unwrap();
        assert!(both.has_scope("more") && both.has_scope("files:read"));
    }

    #[test]
    fn a_token_names_somebody() {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove("sub");
        assert_eq!(principal(claims.clone()).unwrap_err(), "the token names nobody");
        claims["client_id"] = json!("ci");
        assert_eq!(principal(claims).unwrap().subject(), "ci");
        with("sub", json!("")).unwrap_err();
    }
}
