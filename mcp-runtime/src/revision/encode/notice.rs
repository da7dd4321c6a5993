use std::io;

use serde::{Serialize, Serializer};

use super::{At, Members, Object, Stamp};
use crate::revision::fields::Field;
use crate::wire::RequestId;
use crate::wire::number::whole;
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
        let id = serde_json::to_value(self.subscription)?;
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

/// The params of `notifications/progress`.
pub(crate) struct Progressed<'a, T> {
    pub(crate) token: &'a T,
    pub(crate) progress: f64,
    pub(crate) total: Option<f64>,
    pub(crate) message: Option<&'a str>,
}

impl<T: Serialize> Members for Progressed<'_, T> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.put("progressToken", self.token)?;
        object.put("progress", &Number(self.progress))?;
        object.put_some("total", self.total.map(Number))?;
        object.put_if(Field::ProgressMessage, "message", self.message)
    }
}

/// Whole numbers without a fraction: `50`, not `50.0`.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match whole(self.0) {
            Some(integer) => serializer.serialize_i64(integer),
            None => serializer.serialize_f64(self.0),
        }
    }
}
