//! How messages are written: as one line, by serde or member by member.

use std::io::{self, Write as _};

use bytes::Bytes;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use serde_json::value::RawValue;

use super::blocks::until;
use super::{RequestId, escapes, string};

/// A message that is being written: one line of JSON, whatever it is made of.
///
/// JSON that comes from elsewhere as text, such as an author's `RawValue`, is written as it is,
/// line breaks included. Within strings they are escaped, so a raw one is white space; left there
/// it would end the message for a client that reads lines, and begin a forged one.
pub(crate) struct Line {
    frame: Vec<u8>,
    most: usize,
}

/// What can be written into a [`Line`]: all that serde knows, and what has a way of its own.
pub(crate) trait Encode {
    fn encode(&self, line: &mut Line) -> io::Result<()>;
}

impl<T: Serialize + ?Sized> Encode for T {
    fn encode(&self, line: &mut Line) -> io::Result<()> {
        Ok(self.serialize(&mut Serializer::with_formatter(line, OneLine))?)
    }
}

impl Line {
    /// Of so many bytes at most: what would be longer is `FileTooLarge`.
    pub(crate) fn new(most: usize) -> Self {
        Self { frame: Vec::with_capacity(SMALL), most }
    }

    /// Of JSON-RPC: begun, up to where its own members stand. This much is written even if it is
    /// too long, so that there is always something to answer with.
    pub(crate) fn message(id: Option<&RequestId>, most: usize) -> Self {
        let mut line = Self::new(usize::MAX);
        line.frame.extend_from_slice(br#"{"jsonrpc":"2.0","#);
        if let Some(id) = id {
            line.frame.extend_from_slice(br#""id":"#);
            let _ = id.encode(&mut line); // no number and no string is refused, and there is room
            line.frame.push(b',');
        }
        line.most = most.max(line.frame.len());
        line
    }

    /// A piece of JSON, which is one of ours and has no line break.
    pub(crate) fn text(&mut self, json: &str) -> io::Result<()> {
        self.write_all(json.as_bytes())
    }

    /// The name of an object's member, with what stands before and behind it. One of ours, which
    /// needs no escapes: nobody looks for them.
    pub(crate) fn name(&mut self, before: u8, name: &'static str) -> io::Result<()> {
        debug_assert_eq!(string::plain_length(name.as_bytes()), name.len(), "{name:?}");
        self.make_room(name.len() + 4)?;
        self.frame.extend_from_slice(&[before, b'"']);
        self.frame.extend_from_slice(name.as_bytes());
        self.frame.extend_from_slice(b"\":");
        Ok(())
    }

    /// For so many bytes more.
    fn make_room(&mut self, length: usize) -> io::Result<()> {
        if length > self.most - self.frame.len() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        if length > self.frame.capacity() - self.frame.len() {
            self.frame.reserve(length + SMALL); // so that what follows does not move a large part
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.frame
    }
}

/// A text that may be long. serde_json looks at the bytes of a string one by one, for those that it escapes; this looks at
/// blocks of them.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Encode for Text<'_> {
    fn encode(&self, line: &mut Line) -> io::Result<()> {
        let text = self.0.as_bytes();
        let (plain, rest) = text.split_at(string::plain_length(text));
        line.make_room(text.len() + 2)?;
        line.frame.push(b'"');
        line.frame.extend_from_slice(plain);
        if !rest.is_empty() {
            escapes::escape(rest, line)?;
            line.make_room(1)?;
        }
        line.frame.push(b'"');
        Ok(())
    }
}

/// A value of ours as JSON that is kept.
pub(crate) fn raw(value: &dyn Encode) -> io::Result<Box<RawValue>> {
    let mut line = Line::new(usize::MAX);
    value.encode(&mut line)?;
    Ok(serde_json::from_slice(&line.finish())?)
}

/// What responses share behind their ids, `"result":…}`: written once, and not copied where a body may be of pieces.
#[derive(Debug, Clone)]
pub(crate) struct SharedResult(Bytes);

impl SharedResult {
    pub(crate) fn of(result: &dyn Encode) -> io::Result<Self> {
        let mut line = Line::new(usize::MAX);
        line.text(r#""result":"#)?;
        result.encode(&mut line)?;
        line.text("}")?;
        Ok(Self(line.finish().into_boxed_slice().into()))
    }

    pub(crate) fn into_bytes(self) -> Bytes {
        self.0
    }
}

/// What a message has beside its one large part, if it has one.
const SMALL: usize = 256;

/// Raw JSON keeps its white space, each line break and tab as a space; nothing else has any.
struct OneLine;

impl Formatter for OneLine {
    fn write_raw_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut rest = fragment.as_bytes();
        loop {
            let (plain, white) = rest.split_at(until(rest, string::is_control));
            writer.write_all(plain)?;
            let Some((_, behind)) = white.split_first() else { return Ok(()) };
            writer.write_all(b" ")?;
            rest = behind;
        }
    }
}

impl io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.make_room(bytes.len())?;
        self.frame.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_one_line() {
        let raw: Box<RawValue> = serde_json::from_str("{\n\t\"a\\n\":\r\n1}").unwrap();
        let mut line = Line::new(usize::MAX);
        raw.encode(&mut line).unwrap();
        assert_eq!(String::from_utf8(line.finish()).unwrap(), "{  \"a\\n\":  1}");
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
        let (plain, escaped) = (Text("four"), Text("\n\n"));
        let values: [(&dyn Encode, usize); 4] =
            [(&"four", 6), (&plain, 6), (&escaped, 6), (&44, 2)];
        for (value, length) in values {
            assert!(value.encode(&mut Line::new(length)).is_ok());
            let error = value.encode(&mut Line::new(length - 1)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        }
        assert!(Line::new(8).name(b',', "four").is_ok());
        assert!(Line::new(7).name(b',', "four").is_err());
    }
}
