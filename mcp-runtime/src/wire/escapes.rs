//! Texts ⇄ what stands for them within JSON strings (RFC 8259, section 7).
//!
//! Source code and JSON that are sent as texts have an escape every few bytes. Taken one by one, each is a guess of the
//! processor's that fails, and a copy of a few bytes. So a block of the text becomes bits that tell where its escapes are,
//! and what stands between them is copied by a fixed number of bytes: what is too much is overwritten by what follows.

use std::io::{self, Write as _};

use super::Line;
use super::blocks::{BLOCK, any, bits};
use super::string::{behind, is_special};

/// Writes a text as it stands within a string.
#[inline(never)]
pub(super) fn escape(text: &[u8], line: &mut Line) -> io::Result<()> {
    let mut piece = Piece::default();
    let (mut written, mut at) = (0, 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.first_chunk::<BLOCK>().is_some_and(|block| !any(block, is_special)) {
            at += BLOCK;
            continue;
        }
        line.write_all(&text[written..at])?;
        let block = Block::of(rest);
        let mut copied = 0;
        for place in places(bits(block.bytes(), is_special) & block.all()) {
            piece.copy(&block, copied..place);
            piece.put(&ESCAPES[usize::from(block.padded[place])]);
            copied = place + 1;
        }
        piece.copy(&block, copied..block.length);
        line.write_all(piece.take())?;
        at += block.length;
        written = at;
    }
    line.write_all(&text[written..])
}

/// The text that stands within a string whose end `string::length` has found; `None` if it is none, because half of a
/// surrogate pair is missing.
#[inline(never)]
pub(super) fn unescape(json: &str) -> Option<String> {
    let json = json.as_bytes();
    let mut text = Vec::with_capacity(json.len());
    let mut piece = Piece::default();
    let mut at = 0;
    while let Some(rest) = json.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(block) = rest.first_chunk::<BLOCK>().filter(|block| !any(*block, is_slash)) {
            text.extend_from_slice(block);
            at += BLOCK;
            continue;
        }
        let block = Block::of(rest);
        let slashes = bits(block.bytes(), is_slash);
        let mut copied = 0;
        for place in places(slashes & !behind(slashes, false)) {
            if place < copied {
                continue; // the second half of a pair
            }
            piece.copy(&block, copied..place);
            let (character, length) = match rest.get(place + 1)? {
                b'u' => character(&rest[place..])?,
                named => (char::from(NAMED[usize::from(*named)]), 2),
            };
            piece.put_character(character);
            copied = place + length;
        }
        piece.copy(&block, copied..block.length);
        text.extend_from_slice(piece.take());
        // The last escape may go on in the next block.
        at += copied.max(block.length);
    }
    // Who gets it may keep it, and `\u0439` is three times what it stands for.
    if text.len() < json.len() / 4 * 3 {
        text.shrink_to_fit();
    }
    String::from_utf8(text).ok()
}

fn is_slash(byte: u8) -> bool {
    byte == b'\\'
}

/// Which bits are set, from the lowest.
fn places(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (bits != 0).then_some(bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        place
    })
}

/// What stands for a byte, and how many bytes that is.
type Escape = [u8; 8];

const ESCAPES: [Escape; 256] = {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut escapes = [[0; 8]; 256];
    let mut byte = 0;
    while byte < escapes.len() {
        let (high, low) = (HEX[byte >> 4], HEX[byte & 15]);
        escapes[byte] = [b'\\', b'u', b'0', b'0', high, low, 0, 6];
        byte += 1;
    }
    let mut name = 0;
    while name < NAMED.len() {
        if NAMED[name] != 0 && name != b'/' as usize {
            escapes[NAMED[name] as usize] = [b'\\', name as u8, 0, 0, 0, 0, 0, 2];
        }
        name += 1;
    }
    escapes
};

/// What is meant by the character behind a backslash.
const NAMED: [u8; 256] = {
    let mut named = [0; 256];
    named[b'"' as usize] = b'"';
    named[b'\\' as usize] = b'\\';
    named[b'/' as usize] = b'/';
    named[b'b' as usize] = 0x08;
    named[b'f' as usize] = 0x0C;
    named[b'n' as usize] = b'\n';
    named[b'r' as usize] = b'\r';
    named[b't' as usize] = b'\t';
    named
};

/// The character of `\uXXXX`, or of two of these that are a pair, and how many bytes that is.
fn character(escape: &[u8]) -> Option<(char, usize)> {
    let unit = |escape: &[u8]| {
        let digits = escape.strip_prefix(b"\\u")?.first_chunk::<4>()?;
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    };
    let first = unit(escape)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let (high, low) = (first.checked_sub(0xD800)?, unit(&escape[6..])?.checked_sub(0xDC00)?);
    let is_pair = high < 0x400 && low < 0x400;
    let character = char::from_u32(0x1_0000 + (high << 10 | low)).filter(|_| is_pair)?;
    Some((character, 12))
}

/// How many bytes are copied at once.
const STEP: usize = 16;

/// The next bytes of a text, with room behind them.
struct Block {
    padded: [u8; BLOCK + STEP],
    length: usize,
}

impl Block {
    fn of(rest: &[u8]) -> Self {
        let length = rest.len().min(BLOCK);
        let mut padded = [0; BLOCK + STEP];
        match rest.first_chunk::<BLOCK>() {
            Some(block) => padded[..BLOCK].copy_from_slice(block),
            None => padded[..length].copy_from_slice(rest),
        }
        Self { padded, length }
    }

    #[expect(clippy::unwrap_used, reason = "there is more than a block of them")]
    fn bytes(&self) -> &[u8; BLOCK] {
        self.padded.first_chunk().unwrap()
    }

    /// A bit for each byte that there is.
    fn all(&self) -> u64 {
        u64::MAX >> (BLOCK - self.length)
    }
}

/// What has become of a block. There is always room, for no block becomes more than `MOST` bytes: the look-ups that ask are
/// for the compiler.
struct Piece {
    bytes: [u8; Self::MOST + STEP],
    length: usize,
}

impl Default for Piece {
    fn default() -> Self {
        Self { bytes: [0; _], length: 0 }
    }
}

impl Piece {
    const MOST: usize = 6 * BLOCK;

    fn copy(&mut self, block: &Block, range: std::ops::Range<usize>) {
        for start in range.clone().step_by(STEP) {
            let length = (range.end - start).min(STEP);
            let from = block.padded.get(start..start + STEP);
            let to = self.bytes.get_mut(self.length..self.length + STEP);
            if let (Some(from), Some(to)) = (from, to) {
                to.copy_from_slice(from);
            }
            self.length += length;
        }
    }

    fn put(&mut self, escape: &Escape) {
        if let Some(to) = self.bytes.get_mut(self.length..self.length + escape.len()) {
            to.copy_from_slice(escape);
        }
        self.length += usize::from(escape[7]);
    }

    fn put_character(&mut self, character: char) {
        if let Some(to) = self.bytes.get_mut(self.length..self.length + 4) {
            self.length += character.encode_utf8(to).len();
        }
    }

    /// All of it; the next begins.
    fn take(&mut self) -> &[u8] {
        &self.bytes[..std::mem::take(&mut self.length)]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, to_string};

    use super::*;

    fn escaped(text: &str) -> String {
        let mut line = Line::new(usize::MAX);
        escape(text.as_bytes(), &mut line).unwrap();
        String::from_utf8(line.finish()).unwrap()
    }

    fn agrees(text: &str) {
        let json = to_string(text).unwrap();
        let within = &json[1..json.len() - 1];
        assert_eq!(escaped(text), within);
        assert_eq!(unescape(within).as_deref(), Some(text));
    }

    #[test]
    fn every_byte_may_stand_anywhere_in_a_block() {
        for before in 0..2 * BLOCK + 2 {
            let before = "x".repeat(before);
            for byte in 0..=0x7F {
                let character = char::from(byte);
                agrees(&format!("{before}{character}"));
                agrees(&format!("{before}{character}{character}é{character}{before}"));
            }
        }
    }

    /// What a string says that is written otherwise than we write it.
    fn reads(within: &str) {
        let expected: Option<String> = from_str(&format!("\"{within}\"")).ok();
        assert_eq!(unescape(within), expected, "{within:?}");
    }

    #[test]
    fn escapes_that_name_characters_may_stand_anywhere_in_a_block() {
        let escapes = [
            r"\/",
            r"\u0041",
            r"\u00e9",
            r"\u6F22",
            r"\uD83D\uDE00",
            r"\ud83d",
            r"\ude00",
            r"\ud83dx",
            r"\ud83d\n",
            r"\ud83d\u0041",
            r"\ud83d\ud83d",
            r"\\u0041",
            r"\u005c",
            r"\u0000",
            r"\uffff",
        ];
        for before in 0..2 * BLOCK + 2 {
            let before = "x".repeat(before);
            for escape in escapes {
                reads(&format!("{before}{escape}"));
                reads(&format!("{before}{escape}{before}"));
                reads(&format!("{before}{escape}{escape}\\n{escape}"));
            }
        }
    }

    #[test]
    fn a_text_holds_little_more_than_it_says() {
        for escape in [r"\u0439", r"\u6f22", r"\u0001", r"\n", "plain"] {
            let text = unescape(&escape.repeat(1_000)).unwrap();
            assert!(
                text.capacity() * 3 <= text.len() * 4 + 4,
                "{} for {}",
                text.capacity(),
                text.len()
            );
        }
    }

    #[test]
    fn texts_are_written_and_read_as_serde_json_does() {
        const PIECES: [&str; 14] = [
            "\\",
            "\"",
            "\n",
            "\t",
            "\u{1}",
            "/",
            "u0041",
            "x",
            "é",
            "漢",
            "😀",
            "a word ",
            "a longer piece of text",
            "\u{7f}",
        ];
        const ESCAPES: [&str; 6] = [r"\u00e9", r"\ud83d\ude00", r"\/", r"\\", "plain ", r"\u0022"];
        let mut random = 1_u64; // the same each time
        let mut next = |below: usize| {
            random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            (random >> 33) as usize % below
        };
        for _ in 0..10_000 {
            let length = next(100);
            let text: String = (0..length).map(|_| PIECES[next(PIECES.len())]).collect();
            agrees(&text);
            let within: String = (0..length).map(|_| ESCAPES[next(ESCAPES.len())]).collect();
            reads(&within);
        }
    }
}
