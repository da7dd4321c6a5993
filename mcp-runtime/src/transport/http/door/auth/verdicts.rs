use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use super::tokens::key;
use crate::context::{Principal, unpoisoned};

/// How long a token stays good without being looked at again: as long as one that was taken back
/// still works.
const KEPT: Duration = Duration::from_secs(60);

/// Tokens of which is known whose they are; past that they are forgotten.
const MOST: usize = 4096;

/// Whose the tokens were that came lately. Only good ones: who tries others pays for each.
#[derive(Default)]
pub(super) struct Verdicts {
    known: Mutex<HashMap<[u8; 32], Verdict>>,
}

/// Whose a token is, and until when that is certain.
type Verdict = (Arc<Principal>, Instant);

impl Verdicts {
    pub(super) fn bearer(&self, token: &str) -> Option<Arc<Principal>> {
        let known = unpoisoned(self.known.lock());
        let (principal, until) = known.get(&key(token))?;
        (Instant::now() < *until).then(|| principal.clone())
    }

    pub(super) fn keep(&self, token: &str, principal: &Arc<Principal>) {
        let left = principal
            .expiry()
            .map(|until| until.duration_since(SystemTime::now()).unwrap_or_default());
        let (now, kept) = (Instant::now(), left.unwrap_or(KEPT).min(KEPT));
        let mut known = unpoisoned(self.known.lock());
        if known.len() >= MOST {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() >= MOST {
            known.clear(); // they are looked at again
        }
        known.insert(key(token), (principal.clone(), now + kept));
    }
}

/// Not whose tokens they are.
impl fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verdicts")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_not_kept_past_the_tokens_end() {
        let verdicts = Verdicts::default();
        let keep = |token, until| {
            verdicts.keep(token, &Arc::new(Principal::new("ada").with_expiry(until)));
        };
        keep("old", SystemTime::now());
        keep("good", SystemTime::now() + 10 * KEPT);
        assert!(verdicts.bearer("old").is_none());
        assert_eq!(verdicts.bearer("good").unwrap().subject(), "ada");
        assert!(verdicts.bearer("other").is_none());
        let longest = Instant::now() + KEPT;
        assert!(verdicts.known.lock().unwrap().values().all(|(_, until)| *until <= longest));
    }

    #[test]
    fn no_more_are_kept_than_that() {
        let verdicts = Verdicts::default();
        let principal = Arc::new(Principal::new("ada"));
        for number in 0..MOST + 10 {
            verdicts.keep(&number.to_string(), &principal);
            assert!(verdicts.bearer(&number.to_string()).is_some());
        }
        assert!(verdicts.known.lock().unwrap().len() <= MOST);
    }
}
