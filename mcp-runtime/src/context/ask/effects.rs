use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use tokio::sync::OnceCell;

/// Effects that are remembered at once; past it the oldest is forgotten.
const LIMIT: usize = 10_000;

/// An effect's result, or the place for it.
pub(super) type Effect = Arc<OnceCell<Box<RawValue>>>;

/// Effects of calls that may be made again with the same state: by the chain of rounds, and name.
///
/// The state a client brings has the results of the rounds before it. This has the results of
/// rounds behind it, should the client bring the same state twice.
#[derive(Debug)]
pub(crate) struct Effects {
    /// As long as a state can be brought.
    kept: Duration,
    known: Mutex<HashMap<(String, String), (Instant, Effect)>>,
}

impl Effects {
    pub(crate) fn new(kept: Duration) -> Self {
        Self { kept, known: Mutex::default() }
    }

    pub(super) fn effect(&self, chain: &str, name: &str) -> Effect {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let key = (chain.to_owned(), name.to_owned());
        if known.len() >= LIMIT && !known.contains_key(&key) {
            known.retain(|_, (since, _)| now.duration_since(*since) <= self.kept);
            let oldest = known.iter().min_by_key(|(_, (since, _))| *since);
            if let Some(oldest) =
                oldest.filter(|_| known.len() >= LIMIT).map(|(key, _)| key.clone())
            {
                known.remove(&oldest);
            }
        }
        known.entry(key).or_insert_with(|| (now, Effect::default())).1.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_effect_is_known_by_chain_and_name_and_there_is_an_end_to_them() {
        let effects = Effects::new(Duration::from_secs(60));
        let first = effects.effect("a", "x");
        assert!(Arc::ptr_eq(&first, &effects.effect("a", "x")));
        assert!(!Arc::ptr_eq(&first, &effects.effect("a", "y")));
        assert!(!Arc::ptr_eq(&first, &effects.effect("b", "x")));
        for number in 0..LIMIT {
            effects.effect("crowd", &number.to_string());
        }
        assert_eq!(effects.known.lock().unwrap().len(), LIMIT);
        assert!(!Arc::ptr_eq(&first, &effects.effect("a", "x")));
    }
}
