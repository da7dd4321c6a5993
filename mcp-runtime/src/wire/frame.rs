use std::fmt;

use serde::Serialize;

/// Writes a message: one line of JSON, whatever it is made of.
///
/// JSON that comes from elsewhere as text, such as an author's `RawValue`, is written as it is,
/// line breaks included. Within strings they are escaped, so a raw one is white space; left there
/// it would end the message for a client that reads lines, and begin a forged one.
pub(crate) fn frame(message: &(impl Serialize + ?Sized)) -> serde_json::Result<Vec<u8>> {
    let mut frame = Vec::with_capacity(256);
    serde_json::to_writer(&mut frame, message)?;
    for byte in &mut frame {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    Ok(frame)
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
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_frame_is_one_line() {
        let raw: Box<RawValue> = serde_json::from_str("{\n\"a\\n\":\r\n1}").unwrap();
        let frame = frame(&raw).unwrap();
        assert_eq!(String::from_utf8(frame).unwrap(), "{ \"a\\n\":  1}");
    }

    #[test]
    fn a_quote_is_cut_between_characters() {
        assert_eq!(Quoted("äöü\n", 4).to_string(), "\"äöü\\n\"");
        assert_eq!(Quoted("äöü\n", 2).to_string(), "\"äö\"…");
    }
}
