use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::jwk::{Algorithm, Key};
use super::verifier::TokenError;

/// A token that carries its claims, signed (RFC 7519, as compact JWS).
#[derive(Debug)]
pub(super) struct Jwt<'a> {
    header: Header,
    /// What is signed: the first two parts and the dot between them.
    signed: &'a str,
    claims: &'a str,
    signature: &'a str,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// What whoever reads it must understand.
    crit: Option<Value>,
}

impl<'a> Jwt<'a> {
    /// `None` if it does not look like one: then it may be opaque.
    pub(super) fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&decoded(header)?).ok()?;
        (!claims.contains('.')).then_some(Self { header, signed, claims, signature })
    }

    /// How it is signed; an error if that is nothing one can rely on, or it is no access token.
    pub(super) fn algorithm(&self) -> Result<Algorithm, TokenError> {
        let Header { alg, typ, crit, .. } = &self.header;
        if crit.is_some() {
            return Err(TokenError::invalid("the token has an extension that is not known here"));
        }
        let plain = ["JWT", "at+jwt", "application/at+jwt"];
        if !typ.as_ref().is_none_or(|typ| plain.iter().any(|one| one.eq_ignore_ascii_case(typ))) {
            return Err(TokenError::invalid("the token is no access token"));
        }
        Algorithm::named(alg)
            .ok_or(TokenError::invalid("the token is signed in a way that is not taken here"))
    }

    /// What it says, if one of the keys has signed it; `None` if none has that might have.
    pub(super) fn claims(
        &self,
        algorithm: Algorithm,
        keys: &[Key],
    ) -> Option<Result<Map<String, Value>, TokenError>> {
        let (id, name) = (self.header.kid.as_deref(), &*self.header.alg);
        let mut fitting = keys.iter().filter(|key| key.fits(id, name, algorithm)).peekable();
        fitting.peek()?;
        let Some(signature) = decoded(self.signature) else {
            return Some(Err(TokenError::invalid("the token's signature cannot be read")));
        };
        if fitting.any(|key| key.has_signed(algorithm, self.signed.as_bytes(), &signature)) {
            let claims = decoded(self.claims).and_then(|json| serde_json::from_slice(&json).ok());
            return Some(claims.ok_or(TokenError::invalid("the token's claims cannot be read")));
        }
        // Without a name it may have been a key that is newer than ours.
        id.map(|_| Err(TokenError::invalid("the token's signature is wrong")))
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::transport::http::door::auth::jwk::parse_set;

    /// RFC 7515, A.2 and A.3; RFC 8037, A.4: keys and what they have signed.
    const RS256: (&str, &str) = (
        r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#,
        "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    );
    const ES256: (&str, &str) = (
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    );

    fn check(token: &str, keys: &[&str]) -> Option<Result<Map<String, Value>, TokenError>> {
        let set = format!("{{\"keys\":[{}]}}", keys.join(","));
        let jwt = Jwt::parse(token).unwrap();
        jwt.claims(jwt.algorithm().unwrap(), &parse_set(set.as_bytes()).unwrap())
    }

    #[test]
    fn what_was_signed_is_read() {
        for (key, token) in [RS256, ES256] {
            let claims = check(token, &[ES256.0, RS256.0, key]).unwrap().unwrap();
            assert_eq!(claims["iss"], "joe");
        }
    }

    #[test]
    fn a_changed_token_is_not() {
        for (key, token) in [RS256, ES256] {
            let (signed, signature) = token.rsplit_once('.').unwrap();
            let (header, _) = signed.split_once('.').unwrap();
            let other = URL_SAFE_NO_PAD.encode(r#"{"iss":"eve"}"#);
            assert!(check(&format!("{header}.{other}.{signature}"), &[key]).is_none());
            assert!(check(&format!("{signed}."), &[key]).is_none());
            let cut = &signature[..signature.len() - 4];
            assert!(!matches!(check(&format!("{signed}.{cut}"), &[key]), Some(Ok(_))));
            assert!(check(token, &[]).is_none());
        }
    }

    #[test]
    fn a_key_is_looked_for_by_its_name() {
        let (key, token) = ES256;
        let named = |kid: &str| key.replacen("{", &format!("{{\"kid\":\"{kid}\","), 1);
        assert!(check(token, &[&named("a")]).unwrap().is_ok(), "a token without one takes any");
        let (_, rest) = token.split_once('.').unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"a"}"#);
        let asking = format!("{header}.{rest}");
        assert!(check(&asking, &[&named("b"), key]).is_none(), "nobody may have signed it");
        assert!(check(&asking, &[&named("a")]).unwrap().is_err(), "it did not sign this header");
    }

    #[test]
    fn headers_that_promise_nothing_are_refused() {
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "HS256" }),
            json!({ "alg": "ES256", "crit": ["exp"] }),
            json!({ "alg": "ES256", "typ": "dpop+jwt" }),
        ] {
            let token = format!("{}.e30.", URL_SAFE_NO_PAD.encode(header.to_string()));
            let jwt = Jwt::parse(&token).unwrap();
            assert!(matches!(jwt.algorithm(), Err(TokenError::Invalid(_))), "{header}");
        }
        for opaque in ["", "abc", "a.b", "a.b.c", "a.b.c.d.e", "..", "e30.e30.e30"] {
            assert!(Jwt::parse(opaque).is_none(), "{opaque}");
        }
    }
}
