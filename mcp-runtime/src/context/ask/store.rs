use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use super::once::OnceFuture;
use crate::context::unpoisoned;

/// Remembers effects of [`Context::once`](crate::Context::once), so that a client that makes a call
/// again with the same state does not have them again. [`Server::once_store`](crate::Server::once_store)
/// takes one.
///
/// Without one, the process remembers for itself: 10 000 effects, each for an hour; past that it
/// forgets the oldest. Share one, in a database for example, where several processes serve the
/// same clients and an effect must not run twice.
///
/// ```
/// use mcp_runtime::{OnceFuture, OnceStore};
///
/// /// A table whose rows several processes see.
/// #[derive(Debug)]
/// struct Table(/* a connection pool */);
///
/// impl OnceStore for Table {
///     fn once<'a>(&'a self, id: &'a str, effect: OnceFuture<'a>) -> OnceFuture<'a> {
///         Box::pin(async move {
///             // In one transaction:
///             // INSERT INTO effects (id) VALUES ($1) ON CONFLICT DO NOTHING, which waits for
///             // whoever has inserted it and not yet committed
/// #           let known: Option<String> = None;
///             if let Some(result) = known {
///                 return Ok(result); // SELECT result FROM effects WHERE id = $1
///             }
///             let result = effect.await?;
///             // UPDATE effects SET result = $2 WHERE id = $1; COMMIT
///             # let _ = id;
///             Ok(result)
///         })
///     }
/// }
/// ```
pub trait OnceStore: fmt::Debug + Send + Sync + 'static {
    /// The result of `effect`, which runs only if none of this id has run; if one runs now, its
    /// end is waited for.
    ///
    /// An effect that fails, or that is dropped before its end, has not run. `id` is of a few
    /// hundred bytes and has to be known for an hour; the result is JSON.
    ///
    /// # Errors
    ///
    /// The effect's, and the store's own: the call is then answered with an error.
    fn once<'a>(&'a self, id: &'a str, effect: OnceFuture<'a>) -> OnceFuture<'a>;
}

impl<S: OnceStore + ?Sized> OnceStore for Arc<S> {
    fn once<'a>(&'a self, id: &'a str, effect: OnceFuture<'a>) -> OnceFuture<'a> {
        (**self).once(id, effect)
    }
}

/// Effects that are remembered at once; past it the oldest is forgotten.
const LIMIT: usize = 10_000;

/// What a process remembers for itself.
#[derive(Debug)]
pub(crate) struct MemoryStore {
    /// As long as a state can be brought.
    kept: Duration,
    effects: Mutex<Effects>,
}

#[derive(Debug, Default)]
struct Effects {
    results: HashMap<Arc<str>, Arc<OnceCell<String>>>,
    /// The same ids, the oldest first.
    ages: VecDeque<(Instant, Arc<str>)>,
}

impl MemoryStore {
    pub(crate) fn new(kept: Duration) -> Self {
        Self { kept, effects: Mutex::default() }
    }

    /// The place for a result.
    fn place(&self, id: &str, now: Instant) -> Arc<OnceCell<String>> {
        let mut effects = unpoisoned(self.effects.lock());
        let Effects { results, ages } = &mut *effects;
        while let Some((since, oldest)) = ages.front()
            && (now.duration_since(*since) > self.kept
                || (ages.len() >= LIMIT && !results.contains_key(id)))
        {
            results.remove(oldest);
            ages.pop_front();
        }
        if let Some(known) = results.get(id) {
            return known.clone();
        }
        let id = Arc::<str>::from(id);
        ages.push_back((now, id.clone()));
        results.entry(id).or_default().clone()
    }
}

impl OnceStore for MemoryStore {
    fn once<'a>(&'a self, id: &'a str, effect: OnceFuture<'a>) -> OnceFuture<'a> {
        let place = self.place(id, Instant::now());
        Box::pin(async move { place.get_or_try_init(|| effect).await.cloned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEPT: Duration = Duration::from_secs(60);

    #[test]
    fn there_is_an_end_to_what_is_remembered() {
        let (store, now) = (MemoryStore::new(KEPT), Instant::now());
        let first = store.place("first", now);
        assert!(Arc::ptr_eq(&first, &store.place("first", now)));
        for number in 0..LIMIT {
            store.place(&number.to_string(), now);
        }
        assert_eq!(store.effects.lock().unwrap().results.len(), LIMIT);
        assert!(!Arc::ptr_eq(&first, &store.place("first", now)));
    }

    #[test]
    fn what_no_state_can_ask_for_any_more_is_forgotten() {
        let (store, now) = (MemoryStore::new(KEPT), Instant::now());
        let first = store.place("first", now);
        assert!(Arc::ptr_eq(&first, &store.place("first", now + KEPT)));
        let later = now + KEPT + Duration::from_secs(1);
        store.place("second", later);
        assert_eq!(store.effects.lock().unwrap().results.len(), 1);
        assert!(!Arc::ptr_eq(&first, &store.place("first", later)));
    }

    #[tokio::test]
    async fn an_effect_that_failed_runs_again() {
        let store = MemoryStore::new(KEPT);
        let run = async |result: Result<&'static str, &'static str>| {
            let effect = async move { Ok(result?.to_owned()) };
            store.once("x", Box::pin(effect)).await.map_err(|error| error.to_string())
        };
        assert_eq!(run(Err("no")).await, Err("no".to_owned()));
        assert_eq!(run(Ok("1")).await, Ok("1".to_owned()));
        assert_eq!(run(Ok("2")).await, Ok("1".to_owned()));
    }
}
