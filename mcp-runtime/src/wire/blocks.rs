//! Many bytes at a time.
//!
//! Written so that the compiler makes vector instructions of it, those that every machine of the target has. memchr has
//! better ones for some, and asks the processor for them at its first use: in a virtual machine that took a quarter of our own
//! time until the first reply.

pub(super) const BLOCK: usize = 64;

const WORD: usize = 8;

/// How many bytes come before the first of a kind; all there are if none is.
#[inline]
pub(crate) fn until(bytes: &[u8], is: impl Fn(u8) -> bool + Copy) -> usize {
    let mut at = 0;
    at += BLOCK * without::<BLOCK>(bytes, is);
    at += WORD * without::<WORD>(&bytes[at..], is);
    at + bytes[at..].iter().take_while(|byte| !is(**byte)).count()
}

/// How many pieces of that length come before the first with a byte of a kind.
#[inline]
fn without<const LENGTH: usize>(bytes: &[u8], is: impl Fn(u8) -> bool + Copy) -> usize {
    bytes.as_chunks::<LENGTH>().0.iter().take_while(|piece| !any(*piece, is)).count()
}

#[inline]
pub(super) fn any(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    bytes.iter().fold(0, |found, byte| found | u8::from(is(*byte))) != 0
}

/// A bit for each byte, the first lowest. The product moves the lowest bits of eight bytes to its highest byte.
#[inline]
pub(super) fn bits(block: &[u8; BLOCK], is: impl Fn(u8) -> bool) -> u64 {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let found = block.map(|byte| u8::from(is(byte)));
    let mut bits = 0;
    for (place, word) in found.as_chunks().0.iter().enumerate() {
        bits |= (u64::from_le_bytes(*word).wrapping_mul(GATHER) >> 56) << (8 * place);
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_found_wherever_it_stands() {
        for length in 0..3 * BLOCK {
            assert_eq!(until(&vec![b'x'; length], |byte| byte == b'\n'), length);
            for place in 0..length {
                let mut bytes = vec![b'x'; length];
                bytes[place..].fill(b'\n');
                assert_eq!(until(&bytes, |byte| byte == b'\n'), place, "of {length}");
            }
        }
    }

    #[test]
    fn each_byte_has_its_bit() {
        for place in 0..BLOCK {
            let mut block = [b'x'; BLOCK];
            block[place] = b'y';
            assert_eq!(bits(&block, |byte| byte == b'y'), 1 << place);
            assert!(any(&block, |byte| byte == b'y') && !any(&block, |byte| byte == b'z'));
        }
    }
}
