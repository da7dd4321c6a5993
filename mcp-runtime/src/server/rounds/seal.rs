use std::fmt;
use std::sync::OnceLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20_poly1305::{ChaCha20Poly1305, Key, Nonce};

use super::random;

/// Keeps what a client carries for us secret and unchanged: ChaCha20-Poly1305 (RFC 8439).
///
/// A sealed text is base64 of a nonce, the ciphertext and its tag. What it belongs to is
/// authenticated with it, and stands nowhere in it.
pub(in crate::server) struct Seal {
    /// The first seals; empty if the system had no randomness for one.
    keys: OnceLock<Vec<[u8; KEY]>>,
}

const KEY: usize = 32;
const NONCE: usize = 12;
const TAG: usize = 16;

impl Seal {
    /// Keys as 64 hex digits; without any a random one is made when it is needed.
    pub(in crate::server) fn new(keys: &[String]) -> Result<Self, String> {
        if keys.is_empty() {
            return Ok(Self { keys: OnceLock::new() });
        }
        let keys: Option<Vec<_>> = keys.iter().map(|key| parse(key.trim())).collect();
        let keys = keys.ok_or("a state key is 64 hex digits, as of `openssl rand -hex 32`")?;
        Ok(Self { keys: OnceLock::from(keys) })
    }

    pub(super) fn seal(&self, mut content: Vec<u8>, bound_to: &[u8]) -> Option<String> {
        let key = *self.keys().first()?;
        // Random nonces of 96 bits do not meet within the life of a key.
        let nonce: [u8; NONCE] = random::bytes()?;
        let tag = ChaCha20Poly1305::new(Key::new(key), Nonce::new(nonce))
            .encrypt(&mut content, Some(bound_to));
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &content, &tag].concat()))
    }

    /// `None` for what was not sealed by us, or was bound to something else.
    pub(super) fn open(&self, text: &str, bound_to: &[u8]) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
        let (sealed, tag) = rest.split_last_chunk::<TAG>()?;
        self.keys().iter().find_map(|key| {
            let mut content = sealed.to_vec();
            ChaCha20Poly1305::new(Key::new(*key), Nonce::new(*nonce))
                .decrypt(&mut content, *tag, Some(bound_to))
                .ok()
                .map(|()| content)
        })
    }

    fn keys(&self) -> &[[u8; KEY]] {
        self.keys.get_or_init(|| random::bytes().into_iter().collect())
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

fn parse(text: &str) -> Option<[u8; KEY]> {
    if text.len() != 2 * KEY || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; KEY];
    for (byte, at) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyed(keys: &[&str]) -> Seal {
        Seal::new(&keys.iter().map(|key| key.repeat(32)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn only_what_we_sealed_for_this_opens() {
        let seal = Seal::new(&[]).unwrap();
        let text = seal.seal(b"secret".to_vec(), b"a call").unwrap();
        assert_eq!(seal.open(&text, b"a call").unwrap(), b"secret");
        assert_ne!(text, seal.seal(b"secret".to_vec(), b"a call").unwrap());
        assert_eq!(seal.open(&text, b"another"), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(seal.open(&changed, b"a call"), None, "{at}");
        }
        for other in ["", "AAAA", "not base64!", &format!("{text}-TAMPERED")] {
            assert_eq!(seal.open(other, b"a call"), None);
        }
        assert_eq!(Seal::new(&[]).unwrap().open(&text, b"a call"), None);
    }

    #[test]
    fn keys_rotate() {
        let old = keyed(&["0a"]);
        let text = old.seal(b"x".to_vec(), b"").unwrap();
        let both = keyed(&["0B", "0a"]);
        assert_eq!(both.open(&text, b"").unwrap(), b"x");
        let text = both.seal(b"x".to_vec(), b"").unwrap();
        assert_eq!(old.open(&text, b""), None);
        assert_eq!(keyed(&["0b"]).open(&text, b"").unwrap(), b"x");
        for bad in ["", "0a", &"0g".repeat(32), &"é".repeat(32)] {
            assert!(Seal::new(&[bad.to_owned()]).is_err());
        }
    }

    /// RFC 8439, section 2.8.2.
    #[test]
    fn the_cipher_is_the_one_of_the_rfc() {
        let key = std::array::from_fn(|at| 0x80 + at as u8);
        let nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let mut text = b"Ladies and Gentlemen of the class of '99: If I could offer you \
            only one tip for the future, sunscreen would be it."
            .to_vec();
        let tag =
            ChaCha20Poly1305::new(Key::new(key), Nonce::new(nonce)).encrypt(&mut text, Some(&aad));
        assert_eq!(text[..4], [0xd3, 0x1a, 0x8d, 0x34]);
        let expected = 0x1ae1_0b59_4f09_e26a_7e90_2ecb_d060_0691_u128.to_be_bytes();
        assert_eq!(tag, expected);
    }
}
