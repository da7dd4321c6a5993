use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::task::{self, Poll, Waker};

use super::changes::{Change, Listener, Place};
use crate::context::{Outbox, notification, unpoisoned};
use crate::revision::{At, Changed, Revision};
use crate::wire::RequestId;
use crate::wire::subscription::Filter;

/// Tells a client of changes: in a session, or for as long as its `subscriptions/listen` runs
/// (basic/patterns/subscriptions).
#[derive(Debug)]
pub(crate) struct Subscription {
    revision: Revision,
    /// The request that asked for it; none in a session.
    id: Option<RequestId>,
    outbox: Arc<Outbox>,
    state: Mutex<State>,
    /// Among those who are told.
    place: OnceLock<Place>,
}

#[derive(Debug)]
struct State {
    wanted: Filter,
    ended: bool,
    /// Whoever waits for its end.
    waker: Option<Waker>,
}

impl Subscription {
    pub(in crate::server) fn new(
        revision: Revision,
        id: Option<RequestId>,
        wanted: Filter,
        outbox: Arc<Outbox>,
    ) -> Arc<Self> {
        let state = State { wanted, ended: false, waker: None };
        let place = OnceLock::new();
        Arc::new(Self { revision, id, outbox, state: Mutex::new(state), place })
    }

    /// It is told for as long as it lives.
    pub(in crate::server) fn keep(&self, place: Place) {
        let _ = self.place.set(place); // it is added once
    }

    /// Tells of that resource too; false if there are too many.
    pub(in crate::server) fn add(&self, uri: &str) -> bool {
        self.state().wanted.add(uri)
    }

    /// Tells of it no more, nor of what has changed and was not sent: a client that asks for one
    /// resource after the other and reads nothing would have ever more wait for it.
    pub(in crate::server) fn remove(&self, uri: &str) {
        let mut state = self.state();
        let told = state.wanted.resource_subscriptions.remove(uri);
        if told && let Some(frame) = self.frame(&Change::ResourceUpdated(uri.into())) {
            self.outbox.retract_notice(&frame);
        }
    }

    /// Tells of nothing more.
    pub(in crate::server) fn stop(&self) {
        self.state().wanted = Filter::default();
    }

    /// Ready once the server has said its last.
    pub(in crate::server) fn poll_ended(&self, cx: &mut task::Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.ended {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn frame(&self, change: &Change) -> Option<Vec<u8>> {
        let params = Changed { uri: change.uri(), subscription: self.id.as_ref() };
        notification(change.method(), &At(self.revision, &params))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        unpoisoned(self.state.lock())
    }
}

impl Listener for Subscription {
    fn changed(&self, change: &Change) {
        // Held until it is in the box, so that nothing is put there behind the end or a removal.
        let state = self.state();
        let wanted = !state.ended && state.wanted.wants(change);
        if wanted && let Some(frame) = self.frame(change) {
            self.outbox.notice(frame);
        }
    }

    fn ended(&self) {
        let mut state = self.state();
        state.ended = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }
}

impl Filter {
    fn wants(&self, change: &Change) -> bool {
        match change {
            Change::Tools => self.tools_list_changed,
            Change::Prompts => self.prompts_list_changed,
            Change::Resources => self.resources_list_changed,
            Change::ResourceUpdated(uri) => self.resource_subscriptions.contains(&**uri),
        }
    }
}

impl Change {
    fn method(&self) -> &'static str {
        match self {
            Self::Tools => "notifications/tools/list_changed",
            Self::Prompts => "notifications/prompts/list_changed",
            Self::Resources => "notifications/resources/list_changed",
            Self::ResourceUpdated(_) => "notifications/resources/updated",
        }
    }

    fn uri(&self) -> Option<&str> {
        match self {
            Self::ResourceUpdated(uri) => Some(uri),
            Self::Tools | Self::Prompts | Self::Resources => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription() -> (Arc<Outbox>, Arc<Subscription>) {
        let outbox = Arc::<Outbox>::default();
        let revision = Revision::NEWEST_HANDSHAKE;
        (outbox.clone(), Subscription::new(revision, None, Filter::default(), outbox))
    }

    /// Without this a client that reads nothing could have as much wait as it likes.
    #[test]
    fn what_is_not_subscribed_to_any_more_waits_no_longer() {
        let (outbox, subscription) = subscription();
        for number in 0..3 {
            let uri = format!("memo://{number}");
            assert!(subscription.add(&uri));
            subscription.changed(&Change::ResourceUpdated((*uri).into()));
            if number != 1 {
                subscription.remove(&uri);
            }
        }
        let waiting: Vec<_> = std::iter::from_fn(|| outbox.pop()).collect();
        let [frame] = &waiting[..] else { panic!("{}", waiting.len()) };
        assert!(str::from_utf8(frame).unwrap().contains("memo://1"));
    }

    #[test]
    fn nothing_is_told_after_the_end() {
        let (outbox, subscription) = subscription();
        subscription.add("memo://a");
        subscription.ended();
        subscription.changed(&Change::ResourceUpdated("memo://a".into()));
        assert_eq!(outbox.pop(), None);
    }
}
