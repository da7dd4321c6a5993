//! What the sender of a request can read.

use super::Refusal;
use crate::transport::http::header::{Repeated, single};
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};

/// What clients send, word for word: weighing it would come to the same.
const USUAL: &str = "application/json, text/event-stream";

/// The kinds of reply a client can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) struct Accepts {
    pub(in crate::transport::http) json: bool,
    pub(in crate::transport) events: bool,
    /// The client would rather have events: they have the higher quality, or the same and are named
    /// first. Which of two equals is sent is ours to choose (RFC 9110, 12.5.1).
    pub(in crate::transport::http) rather_events: bool,
}

impl Accepts {
    /// Reads `Accept`; without one everything is accepted (RFC 9110, 12.5.1).
    pub(in crate::transport) fn of(headers: &HeaderMap) -> Self {
        match single(headers, &ACCEPT) {
            Ok(None) => Self::BOTH,
            Ok(Some(value)) if value == USUAL => Self::BOTH,
            Ok(Some(_)) | Err(Repeated) => Self::weighed(headers),
        }
    }

    const BOTH: Self = Self { json: true, events: true, rather_events: false };

    fn weighed(headers: &HeaderMap) -> Self {
        let (mut json, mut events) = (Choice::default(), Choice::default());
        let values = headers.get_all(ACCEPT).iter();
        let ranges = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
        for (place, range) in ranges.enumerate() {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default();
            let quality = parts.find_map(quality).unwrap_or(1.0);
            json.consider("application/json", kind, quality, place);
            events.consider("text/event-stream", kind, quality, place);
        }
        Self {
            json: json.is_wanted(),
            events: events.is_wanted(),
            rather_events: events.quality > json.quality
                || (events.quality == json.quality && events.place < json.place),
        }
    }
}

/// How much one kind is wanted, by the most specific range that names it.
#[derive(Default)]
struct Choice {
    specificity: u8,
    quality: f32,
    place: usize,
}

impl Choice {
    fn consider(&mut self, kind: &str, range: &str, quality: f32, place: usize) {
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
            *self = Self { specificity, quality, place };
        }
    }

    /// `q=0` is "not acceptable".
    fn is_wanted(&self) -> bool {
        self.quality > 0.0
    }
}

/// The number of a parameter `q=…`.
fn quality(parameter: &str) -> Option<f32> {
    let (name, value) = parameter.split_once('=')?;
    name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().ok())?
}

pub(in crate::transport) fn not_acceptable(what: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_ACCEPTABLE, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_is_a_list_with_wildcards_and_qualities() {
        for (accept, json, events, rather_events) in [
            ("application/json, text/event-stream", true, true, false),
            ("text/event-stream, application/json", true, true, true),
            ("text/event-stream,application/json;q=0.5", true, true, true),
            ("text/event-stream;q=0.5,application/json", true, true, false),
            ("*/*", true, true, false),
            ("application/*", true, false, false),
            ("Application/JSON ; charset=utf-8", true, false, false),
            ("text/event-stream;q=0, */*;q=0.1", true, false, false),
            ("*/*, application/json;q=0.0", false, true, true),
            ("text/html", false, false, false),
            ("", false, false, false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, accept.parse().unwrap());
            assert_eq!(Accepts::of(&headers), Accepts { json, events, rather_events }, "{accept}");
        }
        assert_eq!(Accepts::of(&HeaderMap::new()), Accepts::BOTH);
    }

    #[test]
    fn what_is_usual_means_what_it_says() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, USUAL.parse().unwrap());
        assert_eq!(Accepts::of(&headers), Accepts::weighed(&headers));
        headers.append(ACCEPT, "text/event-stream;q=0".parse().unwrap());
        assert!(!Accepts::of(&headers).events);
    }
}
