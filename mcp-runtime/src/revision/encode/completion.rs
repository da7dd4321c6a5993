use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Members, Object, Stamp};

/// The result of `completion/complete`.
pub(crate) struct CompleteResult<'a> {
    pub(crate) values: &'a [String],
    pub(crate) stamp: Stamp<'a>,
}

impl Members for CompleteResult<'_> {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("completion", &Completion(self.values))?;
        self.stamp.end(object, None)
    }
}

struct Completion<'a>(&'a [String]);

impl Serialize for Completion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const MOST: usize = 100; // the specification's
        let Self(values) = self;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("values", values.get(..MOST).unwrap_or(values))?;
        map.serialize_entry("total", &values.len())?;
        map.serialize_entry("hasMore", &(values.len() > MOST))?;
        map.end()
    }
}
