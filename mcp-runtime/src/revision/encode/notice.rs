use std::io;

use super::{At, Members, Object, Stamp};
use crate::wire::RequestId;
use crate::wire::subscription::Filter;

/// The params of a notice that something has changed.
pub(crate) struct Changed<'a> {
    /// The resource that was updated; none where a list has changed.
    pub(crate) uri: Option<&'a str>,
    /// The subscription it belongs to; none in a session.
    pub(crate) subscription: Option<&'a RequestId>,
}

impl Members for Changed<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put_some("uri", self.uri)?;
        let subscription = self.subscription.map(Meta);
        object.put_some("_meta", subscription.as_ref().map(|meta| At(object.revision, meta)))
    }
}

/// The params of `notifications/subscriptions/acknowledged`.
pub(crate) struct Subscribed<'a> {
    pub(crate) filter: &'a Filter,
    pub(crate) subscription: &'a RequestId,
}

impl Members for Subscribed<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put("notifications", self.filter)?;
        object.nest("_meta", &Meta(self.subscription))
    }
}

/// The result of `subscriptions/listen`: its end.
pub(crate) struct SubscriptionEnded<'a> {
    pub(crate) subscription: &'a RequestId,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for SubscriptionEnded<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        let id = serde_json::to_value(self.subscription).unwrap_or_default();
        let mut meta = serde_json::Map::new();
        meta.insert(SUBSCRIPTION_ID.to_owned(), id);
        self.stamp.end(object, Some(&meta))
    }
}

const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

struct Meta<'a>(&'a RequestId);

impl Members for Meta<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put(SUBSCRIPTION_ID, self.0)
    }
}
