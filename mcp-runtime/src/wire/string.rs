//! How far a JSON string goes (RFC 8259, section 7).
//!
//! Texts are looked at in blocks. Where escapes stand close together, as in JSON that is sent as a
//! text, a step for each of them is a guess of the processor's that fails; so a block becomes a bit
//! for each of its bytes, and escapes are found by shifting.

use std::borrow::Cow;

use super::blocks::{BLOCK, any, bits, until};

/// Most strings are not longer.
const SHORT: usize = 32;

/// What a JSON value says if it is a string; borrowed if that has no escapes.
pub(super) fn read(json: &[u8]) -> serde_json::Result<Cow<'_, str>> {
    let within = json.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    let plain = within.filter(|text| !text.contains(&b'\\'));
    match plain.and_then(|text| str::from_utf8(text).ok()) {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => serde_json::from_slice(json).map(Cow::Owned),
    }
}

/// How many bytes there are before the quote that ends a string, and whether none of them escapes
/// another; `None` if no quote ends it, or it is no JSON.
#[inline]
pub(super) fn length(text: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    for word in text.as_chunks().0.iter().take(SHORT / 8) {
        match first_special(u64::from_le_bytes(*word)) {
            8 => at += 8,
            before if word[before] == b'"' => return Some((at + before, true)),
            _ => break,
        }
    }
    length_from(at, text)
}

/// The same, if nothing special comes before that place.
#[inline(never)]
fn length_from(at: usize, text: &[u8]) -> Option<(usize, bool)> {
    let before = at + plain_length(&text[at..]);
    match *text.get(before)? {
        b'"' => Some((before, true)),
        b'\\' => Some((before + length_with_escapes(&text[before..])?, false)),
        _ => None, // a control character
    }
}

/// How much of a text is a string as it stands, without an escape.
pub(super) fn plain_length(text: &[u8]) -> usize {
    until(text, is_special)
}

fn length_with_escapes(text: &[u8]) -> Option<usize> {
    let (mut begins_escaped, mut is_quiet) = (false, false);
    let mut at = 0;
    loop {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let block = match rest.first_chunk() {
            // Not looked for where it is unlikely.
            Some(block) if is_quiet && !any(block, is_special) => {
                at += BLOCK;
                continue;
            }
            Some(block) => *block,
            None => last_block(rest),
        };
        let slashes = bits(&block, |byte| byte == b'\\');
        let escaped = behind(slashes, begins_escaped);
        let ends = bits(&block, |byte| byte == b'"') & !escaped;
        // All bits before the end; all there are if it does not end here.
        let within = (ends & ends.wrapping_neg()).wrapping_sub(1);
        if any(&block, is_control) && bits(&block, is_control) & within != 0 {
            return None;
        }
        if escaped & within != 0 {
            let named = bits(&block, |byte| {
                matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
            });
            if !are_characters(rest, escaped & within & !named) {
                return None;
            }
        }
        if ends != 0 {
            return Some(at + ends.trailing_zeros() as usize);
        }
        begins_escaped = (slashes & !escaped) >> (BLOCK - 1) != 0;
        is_quiet = slashes == 0;
        at += BLOCK;
    }
}

/// Filled up with what no string may hold.
fn last_block(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// Which bytes stand behind a backslash that is not escaped itself.
pub(super) fn behind(slashes: u64, begins_escaped: bool) -> u64 {
    let mut escaped = u64::from(begins_escaped);
    let mut open = slashes & !escaped;
    if open & (open << 1) == 0 {
        return escaped | (open << 1);
    }
    while open != 0 {
        let next = (open & open.wrapping_neg()) << 1;
        escaped |= next;
        open &= (open - 1) & !next;
    }
    escaped
}

/// Whether what stands at these places is `uXXXX`.
fn are_characters(text: &[u8], mut places: u64) -> bool {
    while places != 0 {
        let at = places.trailing_zeros() as usize;
        match text.get(at..at + 5) {
            Some([b'u', digits @ ..]) if digits.iter().all(u8::is_ascii_hexdigit) => {}
            _ => return false,
        }
        places &= places - 1;
    }
    true
}

pub(super) fn is_special(byte: u8) -> bool {
    is_control(byte) | (byte == b'"') | (byte == b'\\')
}

pub(super) fn is_control(byte: u8) -> bool {
    byte < 0x20
}

/// Which of eight bytes is the first special one; 8 if none is. Quicker than `until` where that comes within a few words,
/// as it nearly always does. A byte's highest bit says whether it is special; borrows may set those of later bytes, never
/// of earlier ones.
#[inline]
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
    use serde_json::Deserializer;

    use super::*;

    /// What serde_json takes for the string that `text` begins within, without the quote at its end.
    fn read(text: &str) -> Option<usize> {
        let quoted = format!("\"{text}");
        let mut values = Deserializer::from_str(&quoted).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset() - 2)
    }

    fn agrees(text: &str) {
        let expected = read(text);
        assert_eq!(length(text.as_bytes()).map(|(length, _)| length), expected, "{text:?}");
        assert_eq!(length_from(0, text.as_bytes()), length(text.as_bytes()), "{text:?}");
        assert_eq!(length_with_escapes(text.as_bytes()), expected, "{text:?}");
    }

    #[test]
    fn every_place_of_a_string_may_be_its_end_or_hold_what_may_not_be() {
        let parts = [
            "\"", "\n", "\u{1f}", r"\", r"\n", r#"\""#, r"\q", r"\u12aF", r"\u12g4", "é", "\u{7f}",
        ];
        for before in 0..200 {
            for part in parts {
                let before = "x".repeat(before);
                agrees(&format!("{before}{part}"));
                agrees(&format!("{before}{part}\""));
                agrees(&format!("{before}{part}{before}\""));
                agrees(&format!("{before}{part}{part}\"{part}"));
            }
        }
    }

    #[test]
    fn strings_end_where_serde_json_says() {
        const PIECES: [&str; 12] =
            ["\\", "\\", r"\\", r"\n", r#"\""#, r"\u00e9", "u", "x", "é", "a word ", "\t", "\""];
        let mut random = 1_u64; // the same each time
        for _ in 0..40_000 {
            let mut text = String::new();
            for _ in 0..100 {
                random = random.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
                // What ends a string comes seldom.
                let pieces = if random >> 60 == 0 { PIECES.len() } else { PIECES.len() - 2 };
                text += PIECES[(random >> 33) as usize % pieces];
            }
            agrees(&text);
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
            }
        }
    }
}
