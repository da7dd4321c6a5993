use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{Members, Object, Stamp};
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
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put_some("uri", self.uri)?;
        object.put_some("_meta", self.subscription.map(Meta))
    }
}

/// The params of `notifications/subscriptions/acknowledged`.
pub(crate) struct Subscribed<'a> {
    pub(crate) filter: &'a Filter,
    pub(crate) subscription: &'a RequestId,
}

impl Members for Subscribed<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("notifications", self.filter)?;
        object.put("_meta", &Meta(self.subscription))
    }
}

/// The result of `subscriptions/listen`: its end.
pub(crate) struct SubscriptionEnded<'a> {
    pub(crate) subscription: &'a RequestId,
    pub(crate) stamp: Stamp<'a>,
}

impl Members for SubscriptionEnded<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        let id = serde_json::to_value(self.subscription).unwrap_or_default();
        let mut meta = serde_json::Map::new();
        meta.insert(SUBSCRIPTION_ID.to_owned(), id);
        self.stamp.end(object, Some(&meta))
    }
}

const SUBSCRIPTION_ID: &str = "io.modelcontextprotocol/subscriptionId";

struct Meta<'a>(&'a RequestId);

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(SUBSCRIPTION_ID, self.0)?;
        map.end()
    }
}
