use std::fmt;

use http::HeaderValue;

/// The name of a session: 128 random bits that no one can guess, written as hex.
///
/// It says which session is meant, never who asks.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::transport) struct SessionId(u128);

impl SessionId {
    /// `None` if the system has no randomness to give.
    pub(in crate::transport) fn random() -> Option<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(u128::from_ne_bytes(bytes)))
    }

    /// The id as [`random`](Self::random) has made it; anything else is nobody's.
    pub(in crate::transport) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() != 32 {
            return None;
        }
        let number = text.iter().try_fold(0, |number: u128, digit| {
            let value = match digit {
                b'0'..=b'9' => digit - b'0',
                b'a'..=b'f' => digit - b'a' + 10,
                _ => return None,
            };
            Some(number << 4 | u128::from(value))
        });
        number.map(Self)
    }

    pub(in crate::transport::http) fn to_header(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Not the id itself: logs are read by more people than may use the session.
impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written_and_nothing_else_is() {
        let id = SessionId::random().unwrap();
        assert!(SessionId::parse(id.to_string().as_bytes()) == Some(id));
        let text = "0123456789abcdef0123456789abcdef";
        assert_eq!(SessionId::parse(text.as_bytes()).unwrap().to_string(), text);
        for wrong in
            ["", &text[1..], &format!("{text}0"), &text.to_uppercase(), &text.replace('0', "+")]
        {
            assert!(SessionId::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }
}
