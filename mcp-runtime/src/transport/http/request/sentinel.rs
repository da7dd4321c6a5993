//! Text in headers: as it is, or in base64 between two marks
//! (streamable-http, "Value encoding").

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The text a header means; `None` if it is marked as base64 and is not. The decoder is strict
/// about alphabet, padding and unused bits, so that one text has one encoding.
pub(super) fn decode(value: &str) -> Option<Cow<'_, str>> {
    let marked = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    match marked {
        None => Some(Cow::Borrowed(value)),
        Some(encoded) => {
            let bytes = BASE64_STANDARD.decode(encoded).ok()?;
            String::from_utf8(bytes).ok().map(Cow::Owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn only_what_stands_between_both_marks_is_decoded() {
        for (value, text) in [
            ("=?base64?SGVsbG8=?=", Some("Hello")),
            ("=?base64??=", Some("")),
            ("=?base64?SGVsbG8?=", None),
            ("=?base64?SGVs!!!bG8=?=", None),
            ("=?base64?SGVsbG9=?=", None),
            ("=?base64?/w==?=", None),
            ("SGVsbG8=", Some("SGVsbG8=")),
            ("=?base64?SGVsbG8=", Some("=?base64?SGVsbG8=")),
            ("=?BASE64?SGVsbG8=?=", Some("=?BASE64?SGVsbG8=?=")),
            ("=?base64?=", Some("=?base64?=")),
        ] {
            assert_eq!(decode(value).as_deref(), text, "{value}");
        }
    }
}
