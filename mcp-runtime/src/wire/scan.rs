//! One pass over JSON that finds where things stand, and makes nothing.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::ops::Range;

use super::{escapes, string};

/// The deepest that is looked into: serde_json goes no further.
pub(super) const DEEPEST: usize = 127;

/// A place in a text. Every step is `None` where the text is no JSON, or is not what was asked for;
/// then the scan is over.
pub(super) struct Scan<'a> {
    json: &'a str,
    at: usize,
}

/// Where a value stands in a text of less than 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    /// Behind a character, at least.
    end: NonZeroU32,
}

impl Span {
    pub(super) fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end.get() as usize
    }
}

impl<'a> Scan<'a> {
    pub(super) fn new(json: &'a str) -> Self {
        Self { json, at: 0 }
    }

    pub(super) fn is_at(&mut self, first: u8) -> bool {
        self.peek() == Some(first)
    }

    /// An object; `member` goes over each value.
    #[inline(never)] // put into what calls it, it takes every message more instructions
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Option<()>,
    ) -> Option<Span> {
        self.take(b'{')?;
        let start = self.at - 1;
        if self.is_at(b'}') {
            self.at += 1;
            return self.since(start);
        }
        loop {
            let name = self.name()?;
            self.take(b':')?;
            member(self, &name)?;
            if !self.goes_on(b'}')? {
                return self.since(start);
            }
        }
    }

    /// An array; `element` goes over each value.
    pub(super) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(b'[')?;
        if self.is_at(b']') {
            self.at += 1;
            return Some(());
        }
        loop {
            element(self)?;
            if !self.goes_on(b']')? {
                return Some(());
            }
        }
    }

    /// What a string says that names a member: as `text`, with nothing to undo if it is none.
    #[inline(always)]
    fn name(&mut self) -> Option<Cow<'a, str>> {
        self.take(b'"')?;
        let start = self.at;
        match self.string()? {
            true => Some(Cow::Borrowed(&self.json[start..self.at - 1])),
            false => escapes::unescape(&self.json[start..self.at - 1]).map(Cow::Owned),
        }
    }

    /// The name of an object's next member, up to its value; or the end of the object. At its very start it has not begun.
    pub(super) fn next_name(&mut self) -> Option<Option<Cow<'a, str>>> {
        if self.at == 0 {
            self.take(b'{')?;
        } else if !self.is_at(b'}') {
            self.take(b',')?;
        }
        if self.is_at(b'}') {
            return Some(None); // and again to who asks again
        }
        let name = self.name()?;
        self.take(b':')?;
        Some(Some(name))
    }

    /// All of it.
    pub(super) fn json(&self) -> &'a str {
        self.json
    }

    /// Where the next value begins.
    pub(super) fn place(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// The next value, if it is null.
    pub(super) fn null(&mut self) -> Option<()> {
        let start = self.place();
        let is_null = self.rest().starts_with(b"null");
        self.at = if is_null { start + 4 } else { start };
        is_null.then_some(())
    }

    /// What the next value says, if it is a text.
    pub(super) fn text(&mut self) -> Option<Cow<'a, str>> {
        let start = self.place();
        let json = self.json[start..].strip_prefix('"')?;
        let (length, is_plain) = string::length(json.as_bytes())?;
        let text = match is_plain {
            true => Cow::Borrowed(&json[..length]),
            false => Cow::Owned(escapes::unescape(&json[..length])?),
        };
        self.at = start + length + 2;
        Some(text)
    }

    /// Any value, of what is known to be JSON: in an object or array only its end is looked for.
    pub(super) fn known(&mut self) -> Option<&'a str> {
        let start = self.place();
        let mut depth = 0_usize;
        loop {
            match self.rest().first()? {
                b'"' => {
                    self.at += 1;
                    self.string()?;
                }
                b'{' | b'[' => {
                    self.at += 1;
                    depth += 1;
                }
                b'}' | b']' => {
                    self.at += 1;
                    depth = depth.checked_sub(1)?;
                }
                _ if depth > 0 => self.at += 1,
                _ => self.skip(0)?,
            }
            if depth == 0 {
                return self.json.get(start..self.at);
            }
        }
    }

    /// Any value.
    pub(super) fn value(&mut self) -> Option<Span> {
        self.peek()?;
        let start = self.at;
        self.skip(DEEPEST)?;
        self.since(start)
    }

    /// What there was from that place to where it is.
    fn since(&self, start: usize) -> Option<Span> {
        Some(Span {
            start: start.try_into().ok()?,
            end: u32::try_from(self.at).ok()?.try_into().ok()?,
        })
    }

    /// Nothing more.
    pub(super) fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Goes over a value that is nested so deep at most.
    fn skip(&mut self, depth: usize) -> Option<()> {
        let first = self.peek()?;
        if !matches!(first, b'-' | b'0'..=b'9') {
            self.at += 1;
        }
        match first {
            b'"' => self.string().map(drop),
            b'{' => self.skip_all(b'}', depth.checked_sub(1)?),
            b'[' => self.skip_all(b']', depth.checked_sub(1)?),
            b't' => self.literal(b"rue"),
            b'f' => self.literal(b"alse"),
            b'n' => self.literal(b"ull"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    /// Goes over what an object or array holds, and its end.
    fn skip_all(&mut self, end: u8, depth: usize) -> Option<()> {
        if self.peek()? == end {
            return self.take(end);
        }
        loop {
            if end == b'}' {
                self.take(b'"')?;
                self.string()?;
                self.take(b':')?;
            }
            self.skip(depth)?;
            if !self.goes_on(end)? {
                return Some(());
            }
        }
    }

    /// Goes behind the end of a string; whether it has no escapes.
    fn string(&mut self) -> Option<bool> {
        let (length, is_plain) = string::length(self.rest())?;
        self.at += length + 1;
        Some(is_plain)
    }

    fn number(&mut self) -> Option<()> {
        if self.rest().first() == Some(&b'-') {
            self.at += 1;
        }
        match self.rest().first()? {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        if self.rest().first() == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.rest().first() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.rest().first() {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    /// At least one.
    fn digits(&mut self) -> Option<()> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn literal(&mut self, rest: &[u8]) -> Option<()> {
        let found = self.rest().starts_with(rest);
        self.at += rest.len();
        found.then_some(())
    }

    /// Takes a comma, after which something has to come, or the end.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            b',' => Some(true),
            _ if next == end => Some(false),
            _ => None,
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        let found = self.peek()? == byte;
        self.at += 1;
        found.then_some(())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.rest().first()? {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    fn rest(&self) -> &'a [u8] {
        self.json.as_bytes().get(self.at..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;

    fn is_json(text: &str) -> bool {
        let mut scan = Scan::new(text);
        scan.value().and_then(|_| scan.end()).is_some()
    }

    #[test]
    fn what_is_json_is_what_serde_json_reads() {
        let long = "x".repeat(100);
        let texts = [
            "",
            " ",
            "null",
            "nul",
            "nulll",
            "true",
            "false",
            "fals",
            "0",
            "-0",
            "01",
            "-",
            "1.",
            ".5",
            "1.5e+7",
            "1e",
            "1E-3",
            "1e+",
            "+1",
            "\"\"",
            "\"",
            "\"a",
            r#""\u00e9\n\/""#,
            r#""\u00g9""#,
            r#""\u12""#,
            r#""\q""#,
            r#""\""#,
            r#""\\""#,
            "\"\u{1}\"",
            "\"\t\"",
            "\"é…\"",
            "[]",
            "[1,]",
            "[,]",
            "[1 , 2]",
            "[1 2]",
            "[",
            "]",
            "{}",
            r#"{"a":1}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{a:1}"#,
            r#"{"a":}"#,
            r#" { "\u0061" : [ { } , "x" ] } "#,
            "{]",
            "[}",
            "1 2",
            "\u{feff}1",
        ];
        for text in texts {
            let is_read = serde_json::from_str::<IgnoredAny>(text).is_ok();
            assert_eq!(is_json(text), is_read, "{text}");
            // The same in the middle of a text, and behind a string that is read in blocks.
            let within = format!(r#"["{long}",{{"{long}\n{long}":{text}}},0]"#);
            let is_read = serde_json::from_str::<IgnoredAny>(&within).is_ok();
            assert_eq!(is_json(&within), is_read, "{within}");
        }
    }

    #[test]
    fn every_place_of_a_string_may_be_its_end_or_hold_what_may_not_be() {
        for length in 0..200 {
            let before = "x".repeat(length);
            assert!(is_json(&format!("\"{before}\"")), "{length}");
            assert!(is_json(&format!("\"{before}\\n{before}\"")), "{length}");
            assert!(!is_json(&format!("\"{before}\n{before}\"")), "{length}");
            assert!(!is_json(&format!("\"{before}")), "{length}");
            assert!(!is_json(&format!("\"{before}\\")), "{length}");
        }
    }

    #[test]
    fn it_goes_as_deep_as_serde_json() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_json(&nested(DEEPEST)));
        assert!(!is_json(&nested(DEEPEST + 1)));
    }
}
