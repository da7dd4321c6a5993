use std::fmt;
use std::io::{self, Write as _};

use bytes::Bytes;
use memchr::memchr2_iter;
use serde::{Deserialize, Serialize};
use serde_json::Serializer;
use serde_json::ser::Formatter;
use serde_json::value::RawValue;

use super::{RequestId, string};

/// A message that is being written: one line of JSON, whatever it is made of.
///
/// JSON that comes from elsewhere as text, such as an author's `RawValue`, is written as it is,
/// line breaks included. Within strings they are escaped, so a raw one is white space; left there
/// it would end the message for a client that reads lines, and begin a forged one.
pub(crate) struct Line {
    frame: Vec<u8>,
    most: usize,
}

/// What writes a value: that which holds it is then compiled once for all types of value.
pub(crate) type Write<'a> = &'a dyn Fn(&mut Line) -> io::Result<()>;

impl Line {
    /// Of so many bytes at most: what would be longer is `FileTooLarge`.
    pub(crate) fn new(most: usize) -> Self {
        Self { frame: Vec::with_capacity(SMALL), most }
    }

    /// Of JSON-RPC: begun, up to where its own members stand.
    pub(crate) fn message(id: Option<&RequestId>, most: usize) -> io::Result<Self> {
        let mut line = Self::new(most);
        line.text(r#"{"jsonrpc":"2.0","#)?;
        if let Some(id) = id {
            line.text(r#""id":"#)?;
            line.value(id)?;
            line.text(",")?;
        }
        Ok(line)
    }

    /// A piece of JSON, which is one of ours and has no line break.
    pub(crate) fn text(&mut self, json: &str) -> io::Result<()> {
        self.write_all(json.as_bytes())
    }

    pub(crate) fn value(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        Ok(value.serialize(&mut Serializer::with_formatter(self, OneLine))?)
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.frame
    }
}

/// A text that may be long, for a [`Line`] alone: other writers would take it for a list of numbers.
///
/// serde_json looks at the bytes of a string one by one, for those that it escapes; most long texts
/// have none, and are written at once.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_bytes())
    }
}

/// A value of ours as JSON that is kept.
pub(crate) fn raw(value: &(impl Serialize + ?Sized)) -> io::Result<Box<RawValue>> {
    let mut line = Line::new(usize::MAX);
    line.value(value)?;
    Ok(serde_json::from_slice(&line.finish())?)
}

/// Reads JSON that is text already. As bytes, which is how messages are read: serde_json, and all that is read with
/// it, would be compiled once more for text.
pub(crate) fn from_text<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    serde_json::from_slice(text.as_bytes())
}

/// What responses share behind their ids, `"result":…}`: written once, copied never.
#[derive(Debug, Clone)]
pub(crate) struct SharedResult(Bytes);

impl SharedResult {
    /// What cannot be written is null.
    pub(crate) fn of(result: &(impl Serialize + ?Sized)) -> Self {
        let write = |mut line: Line| {
            line.text(r#""result":"#)?;
            line.value(result)?;
            line.text("}")?;
            Ok::<_, io::Error>(line.finish())
        };
        let written = write(Line::new(usize::MAX));
        let written = written.unwrap_or_else(|_| br#""result":null}"#.into());
        Self(written.into_boxed_slice().into())
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// What a message has beside its one large part, if it has one.
const SMALL: usize = 256;

/// JSON without white space, but for what stands where a text has line breaks.
struct OneLine;

impl Formatter for OneLine {
    /// Bytes are a [`Text`]: nothing else that is written here has any.
    fn write_byte_array<W>(&mut self, writer: &mut W, text: &[u8]) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if string::is_plain(text) {
            writer.write_all(b"\"")?;
            writer.write_all(text)?;
            return writer.write_all(b"\"");
        }
        let text = str::from_utf8(text).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(serde_json::to_writer(writer, text)?)
    }

    fn write_raw_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut written = 0;
        for line_break in memchr2_iter(b'\n', b'\r', fragment.as_bytes()) {
            writer.write_all(&fragment.as_bytes()[written..line_break])?;
            writer.write_all(b" ")?;
            written = line_break + 1;
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > self.most - self.frame.len() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if bytes.len() > self.frame.capacity() - self.frame.len() {
            self.frame.reserve(bytes.len() + SMALL); // so that what follows does not move a large part
        }
        self.frame.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A peer's text in a message of ours: quoted, and cut to `.1` characters.
pub(crate) struct Quoted<'a>(pub(crate) &'a str, pub(crate) usize);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, longest) = *self;
        match text.char_indices().nth(longest) {
            None => fmt::Debug::fmt(text, f),
            Some((end, _)) => write!(f, "{:?}…", &text[..end]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_line() {
        let raw: Box<RawValue> = serde_json::from_str("{\n\"a\\n\":\r\n1}").unwrap();
        let mut line = Line::new(usize::MAX);
        line.value(&raw).unwrap();
        assert_eq!(String::from_utf8(line.finish()).unwrap(), "{ \"a\\n\":  1}");
    }

    #[test]
    fn a_text_is_written_as_serde_json_writes_strings() {
        let texts = ["", "plain", "größe", "\u{7f}", "a \"b\"\n", r"\", "\u{1}", "\u{2028}"];
        for text in texts {
            for text in
                [text.to_owned(), "x".repeat(100) + text, text.to_owned() + &"x".repeat(100)]
            {
                let json = raw(&Text(&text)).unwrap();
                assert_eq!(json.get(), serde_json::to_string(&text).unwrap());
            }
        }
    }

    #[test]
    fn a_frame_may_be_so_long_and_not_longer() {
        assert!(Line::new(6).value("four").is_ok());
        let error = Line::new(5).value("four").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    fn a_quote_is_cut_between_characters() {
        assert_eq!(Quoted("äöü\n", 4).to_string(), "\"äöü\\n\"");
        assert_eq!(Quoted("äöü\n", 2).to_string(), "\"äö\"…");
    }
}
