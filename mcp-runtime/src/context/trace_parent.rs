use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Context;
use crate::wire::{Member, Message, from_text};

/// What there may be in `tracestate` (W3C Trace Context, 3.3.1.1).
const STATE_MEMBERS: usize = 32;

/// How long a key or a value there may be (3.3.1.3).
const STATE_PART: usize = 256;

/// What there may be in `baggage`: as much as everybody passes on (W3C Baggage, 3.3.2).
const BAGGAGE_MEMBERS: usize = 64;
const BAGGAGE_BYTES: usize = 8192;

/// The step of a trace that a request is part of: [`Context::trace_parent`].
///
/// It is what the client says, in the form of [W3C Trace Context](https://www.w3.org/TR/trace-context/):
/// good for finding what belongs together, and no proof of anything. Its `Display` is the
/// `traceparent` to pass on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent {
    /// As in version 00, whatever version it came in.
    text: String,
    state: Option<String>,
    baggage: Option<String>,
}

impl Context {
    /// The trace that the client's request is part of, as its `_meta` says by `traceparent`,
    /// `tracestate` and `baggage` (basic, "OpenTelemetry trace context"); over every transport.
    ///
    /// `None` if the client says nothing of it, or something that is no `traceparent`. A header of
    /// that name is the [HTTP request's](Self::header) own. With `--otel` it is the server's own step
    /// of that trace, or of a new one, so that what a function asks for is recorded below it.
    ///
    /// ```
    /// use mcp_runtime::{Context, tool};
    ///
    /// /// The headers of a request that is made on behalf of this one.
    /// #[tool]
    /// fn headers(ctx: &Context) -> Vec<String> {
    ///     let Some(parent) = ctx.trace_parent() else { return Vec::new() };
    ///     let state = parent.state().map(|state| format!("tracestate: {state}"));
    ///     [format!("traceparent: {parent}")].into_iter().chain(state).collect()
    /// }
    /// ```
    pub fn trace_parent(&self) -> Option<TraceParent> {
        match &self.request().step {
            Some(own) => Some(TraceParent::clone(own)),
            None => TraceParent::of(&self.request().message),
        }
    }
}

impl TraceParent {
    /// What the client says.
    pub(crate) fn of(message: &Message) -> Option<Self> {
        Self::of_meta(message.raw(Member::Meta)?)
    }

    /// A step of our own, with the `baggage` that came to it.
    pub(crate) fn own(
        ids: (&impl fmt::Display, &impl fmt::Display),
        is_sampled: bool,
        state: String,
        baggage: Option<String>,
    ) -> Option<Self> {
        let text = format!("00-{}-{}-0{}", ids.0, ids.1, u8::from(is_sampled));
        Some(Self {
            text: parent(&text)?,
            state: Some(state).filter(|text| is_state(text)),
            baggage,
        })
    }

    fn of_meta(meta: &[u8]) -> Option<Self> {
        /// Unread, so that one of another type does not hide the others.
        #[derive(Deserialize)]
        struct Meta<'a> {
            #[serde(borrow)]
            traceparent: Option<&'a RawValue>,
            #[serde(borrow)]
            tracestate: Option<&'a RawValue>,
            #[serde(borrow)]
            baggage: Option<&'a RawValue>,
        }
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

        let text = |raw: Option<&RawValue>| {
            let Text(text) = from_text(raw?.get()).ok()?;
            Some(text.into_owned())
        };
        let meta: Meta<'_> = serde_json::from_slice(meta).ok()?;
        Some(Self {
            text: parent(&text(meta.traceparent)?)?,
            state: text(meta.tracestate).filter(|text| is_state(text)),
            baggage: text(meta.baggage).filter(|text| is_baggage(text)),
        })
    }

    /// The trace: 32 hexadecimal digits.
    pub fn trace_id(&self) -> &str {
        &self.text[3..35]
    }

    /// The step of it that made the request: 16 hexadecimal digits.
    pub fn parent_id(&self) -> &str {
        &self.text[36..52]
    }

    /// Whether the client records its part of the trace.
    pub fn is_sampled(&self) -> bool {
        self.text.ends_with('1')
    }

    /// The `tracestate`, to pass on; `None` if there is none or it has another form.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The [`baggage`](https://www.w3.org/TR/baggage/), to pass on; `None` if there is none, it has
    /// another form, or it is larger than what everybody passes on: 64 members, 8,192 bytes.
    pub fn baggage(&self) -> Option<&str> {
        self.baggage.as_deref()
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A `traceparent` of version 00 that says the same (3.2): of later versions that is known which begin
/// like it, and of the flags the first.
fn parent(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (version, trace, parent, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_id =
        |part: &str, length: usize| is_hex(part, length) && part.bytes().any(|byte| byte != b'0');
    let is_whole = version != "00" || parts.next().is_none();
    let is_parent = is_hex(version, 2)
        && version != "ff"
        && is_id(trace, 32)
        && is_id(parent, 16)
        && is_hex(flags, 2)
        && is_whole;
    let is_sampled = u8::from_str_radix(flags, 16).ok()? & 1;
    is_parent.then(|| format!("00-{trace}-{parent}-0{is_sampled}"))
}

/// `vendor=value` each, once (3.3.1).
fn is_state(text: &str) -> bool {
    let mut keys = HashSet::new();
    let members: Vec<_> = members(text).take(STATE_MEMBERS + 1).collect();
    let is_key =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@');
    let is_value = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'=');
    !members.is_empty()
        && members.len() <= STATE_MEMBERS
        && members.iter().all(|member| {
            member.split_once('=').is_some_and(|(key, value)| {
                (1..=STATE_PART).contains(&key.len())
                    && (1..=STATE_PART).contains(&value.len())
                    && key.bytes().all(is_key)
                    && value.bytes().all(is_value)
                    && keys.insert(key)
            })
        })
}

/// `name=value;property` each, in characters of a header (W3C Baggage, 3.3.1).
fn is_baggage(text: &str) -> bool {
    let members: Vec<_> = members(text).take(BAGGAGE_MEMBERS + 1).collect();
    text.len() <= BAGGAGE_BYTES
        && !members.is_empty()
        && members.len() <= BAGGAGE_MEMBERS
        && text.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'))
        && members.iter().all(|member| member.find('=').is_some_and(|at| at > 0))
}

/// What stands between commas; none that is empty.
fn members(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(|member| member.trim_matches([' ', '\t']))
        .filter(|member| !member.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

    #[test]
    fn a_parent_is_read_as_the_recommendation_has_it() {
        let ids = &PARENT[2..52];
        for (text, wanted) in [
            (PARENT.to_owned(), Some(PARENT.to_owned())),
            (format!("00{ids}-00"), Some(format!("00{ids}-00"))),
            (format!("00{ids}-ff"), Some(PARENT.to_owned())),
            (format!("cc{ids}-01-what-comes"), Some(PARENT.to_owned())),
            (format!("00{ids}-01-what-comes"), None),
            (format!("00{ids}-01-"), None),
            (format!("ff{ids}-01"), None),
            (format!("0{ids}-01"), None),
            (format!("00{ids}-1"), None),
            (format!("00{ids}"), None),
            (PARENT.to_uppercase(), None),
            (PARENT.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)), None),
            (PARENT.replace("00f067aa0ba902b7", &"0".repeat(16)), None),
            (PARENT.replace("0af7", "ö7"), None),
            (format!(" {PARENT}"), None),
            (String::new(), None),
        ] {
            assert_eq!(parent(&text), wanted, "{text:?}");
        }
    }

    fn of(meta: &serde_json::Value) -> Option<TraceParent> {
        TraceParent::of_meta(meta.to_string().as_bytes())
    }

    #[test]
    fn what_is_said_with_it_counts_if_it_has_its_form() {
        let full = |members: usize| vec!["k=v"; members].join(",");
        let keys = |members: usize| {
            (0..members).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join(",")
        };
        for (state, is_good) in [
            ("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".to_owned(), true),
            ("fw529a3039@dt=FfYHTw , ,a=1".to_owned(), true),
            (keys(STATE_MEMBERS), true),
            (keys(STATE_MEMBERS + 1), false),
            (format!("{}=1", "k".repeat(STATE_PART)), true),
            (format!("{}=1", "k".repeat(STATE_PART + 1)), false),
            (format!("k={}", "v".repeat(STATE_PART + 1)), false),
            (full(2), false),
            ("Rojo=1".to_owned(), false),
            ("a=b=c".to_owned(), false),
            ("a=1\r\nx: y".to_owned(), false),
            (String::new(), false),
        ] {
            let parent = of(&serde_json::json!({ "traceparent": PARENT, "tracestate": state }));
            assert_eq!(parent.unwrap().state().is_some(), is_good, "{state:?}");
        }
        let most = format!("k={}", "v".repeat(BAGGAGE_BYTES - 2));
        for (baggage, is_good) in [
            ("userId=alice,serverNode=DF%2028;ttl=1,isProduction=false".to_owned(), true),
            (full(BAGGAGE_MEMBERS), true),
            (full(BAGGAGE_MEMBERS + 1), false),
            (most.clone(), true),
            (format!("{most}v"), false),
            ("=1".to_owned(), false),
            ("a=1\r\nx: y".to_owned(), false),
            ("a=ö".to_owned(), false),
        ] {
            let parent = of(&serde_json::json!({ "traceparent": PARENT, "baggage": baggage }));
            assert_eq!(parent.unwrap().baggage().is_some(), is_good, "{baggage:?}");
        }
    }

    #[test]
    fn nothing_counts_without_a_parent() {
        let meta = serde_json::json!({ "traceparent": "x", "tracestate": "a=1", "baggage": "a=1" });
        assert_eq!(of(&meta), None);
        assert_eq!(of(&serde_json::json!({ "traceparent": 1 })), None);
        assert_eq!(of(&serde_json::json!({ "baggage": "a=1" })), None);
        let parent = of(&serde_json::json!({ "traceparent": PARENT, "tracestate": 1 })).unwrap();
        assert_eq!((parent.state(), parent.is_sampled()), (None, true));
        assert_eq!(parent.trace_id(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(parent.parent_id(), "00f067aa0ba902b7");
        assert_eq!(parent.to_string(), PARENT);
    }
}
