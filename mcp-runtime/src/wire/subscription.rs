use std::collections::HashSet;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// Resources one client may subscribe to at a time.
const RESOURCES: usize = 1000;

/// Bytes of their URIs.
const BYTES: usize = 256 * 1024;

/// What a client is told that wants more.
pub(crate) const TOO_MANY: &str =
    "subscriptions may be to 1000 resources, whose URIs have 256 KiB together";

/// What a client wants to be told of (basic/patterns/subscriptions, `SubscriptionFilter`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Filter {
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) tools_list_changed: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) prompts_list_changed: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) resources_list_changed: bool,
    #[serde(skip_serializing_if = "HashSet::is_empty", deserialize_with = "bounded")]
    pub(crate) resource_subscriptions: HashSet<Box<str>>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Filter {
    /// Wants a resource too; false if there are too many.
    pub(crate) fn add(&mut self, uri: &str) -> bool {
        let uris = &mut self.resource_subscriptions;
        if uris.contains(uri) {
            return true;
        }
        let bytes: usize = uris.iter().map(|uri| uri.len()).sum();
        let room = uris.len() < RESOURCES && bytes + uri.len() <= BYTES;
        room && uris.insert(uri.into())
    }
}

fn bounded<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HashSet<Box<str>>, D::Error> {
    let mut filter = Filter::default();
    for uri in Vec::<Box<str>>::deserialize(deserializer)? {
        if !filter.add(&uri) {
            return Err(D::Error::custom(TOO_MANY));
        }
    }
    Ok(filter.resource_subscriptions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_wanted_is_not_written() {
        let filter: Filter = serde_json::from_str(r#"{"toolsListChanged":true,"new":1}"#).unwrap();
        assert_eq!(serde_json::to_string(&filter).unwrap(), r#"{"toolsListChanged":true}"#);
    }

    #[test]
    fn so_many_resources_and_not_one_more() {
        let of = |count: usize| {
            let uris: Vec<_> = (0..count).map(|number| format!("a:{number}")).collect();
            let filter = serde_json::json!({ "resourceSubscriptions": uris });
            serde_json::from_value::<Filter>(filter)
        };
        assert_eq!(of(RESOURCES).unwrap().resource_subscriptions.len(), RESOURCES);
        assert!(of(RESOURCES + 1).is_err());
        let mut filter = Filter::default();
        assert!(filter.add(&"x".repeat(BYTES)));
        assert!(!filter.add("y"));
        assert!(filter.add(&"x".repeat(BYTES)), "it is there already");
    }
}
