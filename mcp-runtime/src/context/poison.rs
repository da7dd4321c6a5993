use std::sync::{LockResult, PoisonError};

/// What a lock guards, also after a panic of who held it before: one request that failed must not
/// make all fail that come after it.
pub(crate) fn unpoisoned<G>(locked: LockResult<G>) -> G {
    locked.unwrap_or_else(PoisonError::into_inner)
}
