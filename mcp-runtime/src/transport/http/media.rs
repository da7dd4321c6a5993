//! What a request carries and what its sender can read.

use http::header::{ACCEPT, ALLOW, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::refusal::Refusal;

/// The kinds of reply a client can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accepts {
    pub(crate) json: bool,
    pub(crate) events: bool,
}

impl Accepts {
    /// Reads `Accept`; without one everything is accepted (RFC 9110, 12.5.1).
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(ACCEPT) {
            return Self { json: true, events: true };
        }
        let (mut json, mut events) = (Choice::default(), Choice::default());
        for value in headers.get_all(ACCEPT) {
            for range in value.to_str().unwrap_or_default().split(',') {
                let mut parts = range.split(';').map(str::trim);
                let kind = parts.next().unwrap_or_default();
                let wanted = !parts.any(is_zero_quality);
                json.consider("application/json", kind, wanted);
                events.consider("text/event-stream", kind, wanted);
            }
        }
        Self { json: json.wanted, events: events.wanted }
    }
}

/// Whether one kind is wanted, by the most specific range that names it.
#[derive(Default)]
struct Choice {
    specificity: u8,
    wanted: bool,
}

impl Choice {
    fn consider(&mut self, kind: &str, range: &str, wanted: bool) {
        let family = kind.split_once('/').map_or(kind, |(family, _)| family);
        let specificity = if range.eq_ignore_ascii_case(kind) {
            3
        } else if range.strip_suffix("/*").is_some_and(|range| range.eq_ignore_ascii_case(family)) {
            2
        } else if range == "*/*" {
            1
        } else {
            return;
        };
        if specificity >= self.specificity {
            *self = Self { specificity, wanted };
        }
    }
}

/// `q=0`, `q=0.0` …: "not acceptable".
fn is_zero_quality(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0)
    })
}

/// Only JSON, as it is: a page cannot send that across origins without being asked first, and what
/// is not packed cannot grow when unpacked.
pub(crate) fn require_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(unsupported("send `Content-Type: application/json`"));
    }
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if coding != "identity" => {
            Err(unsupported("send the body without Content-Encoding"))
        }
        _ => Ok(()),
    }
}

fn unsupported(what: &str) -> Refusal {
    Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, what)
}

pub(crate) fn not_acceptable(what: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_ACCEPTABLE, what)
}

pub(crate) fn method_not_allowed(allowed: &'static str) -> Refusal {
    let what = format!("this method is not served here; use {allowed}");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, what).with(ALLOW, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_a_list_with_wildcards_and_qualities() {
        for (accept, json, events) in [
            ("application/json, text/event-stream", true, true),
            ("text/event-stream,application/json;q=0.5", true, true),
            ("*/*", true, true),
            ("application/*", true, false),
            ("Application/JSON ; charset=utf-8", true, false),
            ("text/event-stream;q=0, */*;q=0.1", true, false),
            ("*/*, application/json;q=0.0", false, true),
            ("text/html", false, false),
            ("", false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(Accepts::of(&headers), Accepts { json, events }, "{accept}");
        }
        assert_eq!(Accepts::of(&HeaderMap::new()), Accepts { json: true, events: true });
    }
}
