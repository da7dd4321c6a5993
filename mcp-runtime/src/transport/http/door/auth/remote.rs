use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::context::unpoisoned;

/// How long what was fetched is as good as new.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// How long it is used while nothing newer can be had; then nobody is let in on it any more.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long until something newer is asked for again, because what there is was not enough: anyone
/// can make up the name of a key.
const PAUSE: Duration = Duration::from_secs(10);

/// The longest pause after failures; the first is a second, and each doubles it.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

type Fetching<T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send>>;

/// Something of another server that is fetched when it is needed, kept, and fetched anew: by one
/// task at a time, and never faster than the other can bear.
pub(super) struct Remote<T> {
    fetch: Box<dyn Fn() -> Fetching<T> + Send + Sync>,
    held: RwLock<Option<Held<T>>>,
    attempts: Mutex<Attempts>,
}

#[derive(Debug)]
pub(super) struct Held<T> {
    pub(super) value: Arc<T>,
    at: Instant,
}

#[derive(Default)]
struct Attempts {
    failed: u32,
    /// Why the last one did.
    why: String,
    not_before: Option<Instant>,
}

impl<T: Send + Sync + 'static> Remote<T> {
    pub(super) fn new<F: Future<Output = Result<T, String>> + Send + 'static>(
        fetch: impl Fn() -> F + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            fetch: Box::new(move || Box::pin(fetch())),
            held: RwLock::default(),
            attempts: Mutex::default(),
        })
    }

    /// What is held, or why nothing is. What is not fresh is fetched anew by a task beside: whoever
    /// asks does not wait for that.
    pub(super) async fn get(self: &Arc<Self>) -> Result<Held<T>, String> {
        let Some(held) = self.held() else { return self.fetch(None).await };
        let age = held.at.elapsed();
        if age > STALE {
            return self.fetch(Some(held.at)).await;
        }
        if age > FRESH && self.attempts.try_lock().is_ok() {
            let (remote, at) = (self.clone(), held.at);
            tokio::spawn(async move { remote.fetch(Some(at)).await });
        }
        Ok(held)
    }

    /// What is newer than this, if it can be had now.
    pub(super) async fn newer(&self, than: &Held<T>) -> Result<Held<T>, String> {
        self.fetch(Some(than.at)).await
    }

    async fn fetch(&self, seen: Option<Instant>) -> Result<Held<T>, String> {
        let mut attempts = self.attempts.lock().await;
        // Somebody else may have been first.
        if let Some(held) = self.held().filter(|held| seen.is_none_or(|seen| held.at > seen)) {
            return Ok(held);
        }
        let now = Instant::now();
        if attempts.not_before.is_some_and(|then| now < then) {
            return Err(attempts.why.clone());
        }
        // Before the attempt: whoever waits for it may go away.
        let doubled = 1_u64.checked_shl(attempts.failed).unwrap_or(u64::MAX);
        let pause = Duration::from_secs(doubled).min(LONGEST_PAUSE);
        attempts.failed = attempts.failed.saturating_add(1);
        attempts.not_before = Some(now + pause);
        match (self.fetch)().await {
            Ok(value) => {
                let held = Held { value: Arc::new(value), at: Instant::now() };
                *unpoisoned(self.held.write()) = Some(held.clone());
                // The first of all answers no question yet: the next may be asked at once.
                let not_before = seen.map(|_| held.at + PAUSE);
                *attempts =
                    Attempts { failed: 0, why: "there is nothing newer".to_owned(), not_before };
                Ok(held)
            }
            Err(why) => {
                tracing::warn!(why, "the authorisation server is of no help");
                attempts.not_before = Some(Instant::now() + pause);
                attempts.why.clone_from(&why);
                Err(why)
            }
        }
    }

    fn held(&self) -> Option<Held<T>> {
        unpoisoned(self.held.read()).clone()
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), at: self.at }
    }
}

impl<T> fmt::Debug for Remote<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remote")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

    use tokio::task::JoinSet;
    use tokio::time::advance;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    /// A server that counts how often it is asked, and fails when told to.
    #[derive(Clone, Default)]
    struct Other {
        asked: Arc<AtomicUsize>,
        down: Arc<AtomicBool>,
    }

    impl Other {
        fn remote(&self) -> Arc<Remote<usize>> {
            let other = self.clone();
            Remote::new(move || {
                let other = other.clone();
                async move {
                    let number = other.asked.fetch_add(1, SeqCst) + 1;
                    tokio::time::sleep(MOMENT).await;
                    match other.down.load(SeqCst) {
                        true => Err(format!("down {number}")),
                        false => Ok(number),
                    }
                }
            })
        }

        fn asked(&self) -> usize {
            self.asked.load(SeqCst)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_ask_at_once_are_one_request() {
        let other = Other::default();
        let remote = other.remote();
        let mut all = JoinSet::new();
        for _ in 0..50 {
            let remote = remote.clone();
            all.spawn(async move { *remote.get().await.unwrap().value });
        }
        assert!(all.join_all().await.iter().all(|value| *value == 1));
        assert_eq!(other.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_old_is_used_and_fetched_beside_and_what_is_too_old_is_not() {
        let other = Other::default();
        let remote = other.remote();
        assert_eq!(*remote.get().await.unwrap().value, 1);
        advance(FRESH).await;
        assert_eq!((*remote.get().await.unwrap().value, other.asked()), (1, 1));
        advance(MOMENT).await;
        assert_eq!(*remote.get().await.unwrap().value, 1, "nobody waits");
        tokio::time::sleep(2 * MOMENT).await;
        assert_eq!((*remote.get().await.unwrap().value, other.asked()), (2, 2));
        other.down.store(true, SeqCst);
        advance(STALE - FRESH).await;
        assert_eq!(*remote.get().await.unwrap().value, 2, "it cannot be had, and this will do");
        advance(2 * FRESH).await;
        assert!(remote.get().await.unwrap_err().starts_with("down"));
    }

    #[tokio::test(start_paused = true)]
    async fn who_fails_is_asked_less_and_less() {
        let other = Other::default();
        other.down.store(true, SeqCst);
        let remote = other.remote();
        for (number, pause) in [1, 2, 4, 8, 16, 32, 60, 60].into_iter().enumerate() {
            for _ in 0..5 {
                let why = remote.get().await.unwrap_err();
                assert_eq!(why, format!("down {}", number + 1));
            }
            advance(Duration::from_secs(pause)).await;
        }
        other.down.store(false, SeqCst);
        assert_eq!(*remote.get().await.unwrap().value, 9);
    }

    #[tokio::test(start_paused = true)]
    async fn something_newer_is_had_at_once_and_then_after_a_pause() {
        let other = Other::default();
        let remote = other.remote();
        let first = remote.get().await.unwrap();
        let second = remote.newer(&first).await.unwrap();
        assert_eq!(*second.value, 2);
        assert_eq!(*remote.newer(&first).await.unwrap().value, 2, "it is newer already");
        for _ in 0..100 {
            remote.newer(&second).await.unwrap_err();
        }
        assert_eq!(other.asked(), 2);
        advance(PAUSE).await;
        assert_eq!(*remote.newer(&second).await.unwrap().value, 3);
    }
}
