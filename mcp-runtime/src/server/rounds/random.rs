/// Bytes no one can guess; `None` if the system has none to give.
#[cfg(feature = "http")]
pub(super) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The same where the only peer is the process that started us: what the standard library keys its
/// maps with, 128 bits "from a high quality, secure source of randomness provided by the host",
/// stretched by SipHash, which is a pseudo-random function of them.
#[cfg(not(feature = "http"))]
pub(super) fn bytes<const N: usize>() -> Option<[u8; N]> {
    use std::hash::{BuildHasher, RandomState};

    let state = RandomState::new(); // another each time
    let mut bytes = [0; N];
    for (position, chunk) in bytes.chunks_mut(8).enumerate() {
        let word = state.hash_one(position).to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
    Some(bytes)
}

/// A name for a chain of rounds.
pub(super) fn id() -> Option<String> {
    bytes().map(|bytes| format!("{:032x}", u128::from_le_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_are_alike() {
        let drawn: HashSet<[u8; 32]> = (0..1000).map(|_| bytes().unwrap()).collect();
        assert_eq!(drawn.len(), 1000);
        let words: HashSet<&[u8]> = drawn.iter().flat_map(|bytes| bytes.chunks(8)).collect();
        assert_eq!(words.len(), 4000);
        assert_ne!(id(), id());
    }
}
