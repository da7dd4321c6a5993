//! One pass over JSON that finds where things stand, and makes nothing.

/// The deepest that is looked into: serde_json goes no further.
const DEEPEST: usize = 127;

/// A place in a text. Every step is `None` where the text is no JSON, or is not what was asked for;
/// then the scan is over.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// An object, whose keys have no escapes; `member` goes over each value.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &'a str) -> Option<()>,
    ) -> Option<()> {
        self.take(b'{')?;
        if self.peek()? == b'}' {
            return self.take(b'}');
        }
        loop {
            let key = self.plain_string()?;
            self.take(b':')?;
            member(self, key)?;
            if !self.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// What a string without escapes holds.
    pub(super) fn plain_string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let start = self.at;
        let is_plain = self.string()?;
        is_plain.then(|| &self.text[start..self.at - 1])
    }

    /// Any value, as it is written.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        self.skip(DEEPEST)?;
        Some(&self.text[start..self.at])
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
        let mut is_plain = true;
        loop {
            let rest = self.rest();
            self.at += match is_plain {
                true => plain(rest),
                false => plain_behind_escape(rest),
            };
            let byte = *self.rest().first()?;
            self.at += 1;
            match byte {
                b'"' => return Some(is_plain),
                b'\\' => self.escape()?,
                _ => return None, // a control character
            }
            is_plain = false;
        }
    }

    fn escape(&mut self) -> Option<()> {
        let escaped = self.rest().first()?;
        self.at += 1;
        match escaped {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.rest().get(..4)?;
                self.at += digits.len();
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
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
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// How many bytes are nothing special within a string.
fn plain(text: &[u8]) -> usize {
    /// After so many without anything special it is worth while to look at a block at once.
    const NEAR: usize = 32;
    let mut at = 0;
    loop {
        if at >= NEAR {
            let blocks = text[at..].as_chunks::<64>().0;
            at += 64 * blocks.iter().take_while(|block| !has_special(block)).count();
        }
        let Some(word) = text[at..].first_chunk() else { break };
        match first_special(u64::from_le_bytes(*word)) {
            8 => at += 8,
            before => return at + before,
        }
    }
    at + text[at..].iter().take_while(|byte| !is_special(**byte)).count()
}

/// The same where the next one is likely to be near: escapes come in crowds.
fn plain_behind_escape(text: &[u8]) -> usize {
    const NEAR: usize = 12;
    let at = text.iter().take(NEAR).take_while(|byte| !is_special(**byte)).count();
    if at == NEAR { at + plain(&text[at..]) } else { at }
}

const fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\')
}

/// Written so that the compiler looks at as many bytes at once as the machine can.
fn has_special(block: &[u8; 64]) -> bool {
    block.iter().fold(0, |found, byte| found | u8::from(is_special(*byte))) != 0
}

/// Which of eight bytes is the first special one; 8 if none is. A byte's highest bit says whether
/// it is; borrows may set those of later bytes, never of earlier ones.
fn first_special(word: u64) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let is_below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word;
    let is = |byte: u8| is_below(word ^ (ONES * u64::from(byte)), 1);
    let special = (is_below(word, 0x20) | is(b'"') | is(b'\\')) & (ONES * 0x80);
    (special.trailing_zeros() / 8) as usize
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
    fn each_byte_is_told_to_be_special_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut word = [b'x'; 8];
                word[place] = byte;
                let expected = if is_special(byte) { place } else { 8 };
                assert_eq!(first_special(u64::from_le_bytes(word)), expected, "{byte} at {place}");
                assert_eq!(plain(&word), expected, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn it_goes_as_deep_as_serde_json() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(is_json(&nested(DEEPEST)));
        assert!(!is_json(&nested(DEEPEST + 1)));
    }

    #[test]
    fn members_are_found_where_they_stand() {
        let mut found = Vec::new();
        let mut scan = Scan::new(r#" {"a" : [1, 2] ,"b":"x", "c":{"a":3}} "#);
        let members = scan.object(|scan, key| {
            found.push((key, scan.value()?));
            Some(())
        });
        assert!(members.and_then(|()| scan.end()).is_some());
        assert_eq!(found, [("a", "[1, 2]"), ("b", r#""x""#), ("c", r#"{"a":3}"#)]);
    }

    #[test]
    fn a_string_with_escapes_is_not_plain() {
        assert_eq!(Scan::new(r#""abc""#).plain_string(), Some("abc"));
        assert_eq!(Scan::new(r#""a\u0062c""#).plain_string(), None);
    }
}
