use crate::transport::http::header::single;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The longest token that is looked at.
const LONGEST: usize = 16 * 1024;

/// The bearer token a request brings (RFC 6750, 2.1); none if it brings no or another credential.
/// One in the query is not looked for.
pub(super) fn token(headers: &HeaderMap) -> Result<Option<&str>, &'static str> {
    let value =
        single(headers, &AUTHORIZATION).map_err(|_| "the Authorization header is repeated")?;
    let Some(value) = value else { return Ok(None) };
    let text = value.to_str().map_err(|_| "the Authorization header is no text")?.trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    match token.len() {
        0 => Err("the Authorization header has no token"),
        LONGEST.. => Err("the token is longer than 16 KiB"),
        _ if !is_token(token) => Err("the Authorization header holds more than a token"),
        _ => Ok(Some(token)),
    }
}

/// `b64token` of RFC 6750.
pub(super) fn is_token(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_and_anything_else_is_none_or_a_mistake() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().unwrap());
            }
            token(&headers).map(|token| token.map(str::to_owned))
        };
        for good in ["Bearer abc.d-e_f", "bearer abc.d-e_f", "BEARER   abc.d-e_f "] {
            assert_eq!(read(&[good]), Ok(Some("abc.d-e_f".to_owned())), "{good}");
        }
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["Basic YTpi"]), Ok(None));
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"a\""] {
            assert!(read(&[bad]).is_err(), "{bad}");
        }
        assert!(read(&["Bearer a", "Bearer a"]).is_err());
        assert!(read(&[&format!("Bearer {}", "a".repeat(LONGEST - 1))]).is_ok());
        assert!(read(&[&format!("Bearer {}", "a".repeat(LONGEST))]).is_err());
    }
}
