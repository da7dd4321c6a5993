/// Bytes no one can guess; `None` if the system has none to give.
#[cfg(feature = "http")]
pub(super) fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// The same where the only peer is the process that started us, from what the standard library
/// keys its maps with: 128 bits of the system's, stretched.
#[cfg(not(feature = "http"))]
pub(super) fn bytes<const N: usize>() -> Option<[u8; N]> {
    use std::hash::{BuildHasher, RandomState};

    let (one, other) = (RandomState::new(), RandomState::new());
    let mut bytes = [0; N];
    for (position, chunk) in bytes.chunks_mut(8).enumerate() {
        let word = one.hash_one(position) ^ other.hash_one((position, "other"));
        chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
    }
    Some(bytes)
}

/// A name for a chain of rounds.
pub(super) fn id() -> String {
    format!("{:032x}", u128::from_le_bytes(bytes().unwrap_or_default()))
}
