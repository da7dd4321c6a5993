//! How values are written at a revision: `Serialize` with the revision at hand, straight into the
//! reply, never through `Value`.

mod ask;
mod completion;
mod content;
mod listing;
mod notice;
mod result;
mod sampling;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Revision;
use super::fields::Field;
use crate::wire::initialize::Implementation;

pub(crate) use ask::{ElicitForm, ElicitUrl};
pub(crate) use completion::CompleteResult;
pub(crate) use notice::{Changed, Subscribed, SubscriptionEnded};
pub(crate) use result::{
    Acknowledged, DiscoverResult, InitializeResult, InputRequired, MethodResult, Page,
    PromptResult, ReadResult, Stamp, ToolResult,
};

/// A value to be written at a revision.
pub(crate) struct At<'a, T: ?Sized>(pub(crate) Revision, pub(crate) &'a T);

/// A type whose fields depend on the revision.
pub(crate) trait SerializeAt {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error>;
}

impl<T: SerializeAt + ?Sized> Serialize for At<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.1.serialize_at(self.0, serializer)
    }
}

/// A type that is written as an object, which most are.
trait Members {
    /// Writes each member.
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error>;
}

impl<T: Members> SerializeAt for T {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut object = Object { revision, map: serializer.serialize_map(None)? };
        self.members(&mut object)?;
        object.map.end()
    }
}

impl<T: SerializeAt> SerializeAt for [T] {
    fn serialize_at<S: Serializer>(
        &self,
        revision: Revision,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|item| At(revision, item)))
    }
}

/// A JSON object written member by member; each says from which revision it exists.
struct Object<M> {
    revision: Revision,
    map: M,
}

impl<M: SerializeMap> Object<M> {
    /// A member of every revision.
    fn put<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), M::Error> {
        self.name(name)?;
        self.map.serialize_value(value)
    }

    /// By itself, so that it is not compiled again for each type of value.
    #[inline(never)]
    fn name(&mut self, name: &'static str) -> Result<(), M::Error> {
        self.map.serialize_key(name)
    }

    /// A member of every revision that may be missing.
    fn put_some<T: Serialize>(
        &mut self,
        name: &'static str,
        value: Option<T>,
    ) -> Result<(), M::Error> {
        value.map_or(Ok(()), |value| self.put(name, &value))
    }

    /// A member that only some revisions have.
    fn put_if<T: Serialize>(
        &mut self,
        field: Field,
        name: &'static str,
        value: Option<T>,
    ) -> Result<(), M::Error> {
        if self.revision.has(field) { self.put_some(name, value) } else { Ok(()) }
    }
}

/// The items, or nothing if there are none.
fn some<T>(items: &[T]) -> Option<&[T]> {
    (!items.is_empty()).then_some(items)
}

impl Members for Implementation {
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
        object.put("name", &self.name)?;
        object.put("version", &self.version)?;
        object.put_if(Field::Title, "title", self.title.as_ref())?;
        object.put_if(Field::AboutServer, "description", self.description.as_ref())?;
        object.put_if(Field::AboutServer, "websiteUrl", self.website_url.as_ref())?;
        object.put_if(Field::Icons, "icons", some(&self.icons))
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
    fn members<M: SerializeMap>(&self, object: &mut Object<M>) -> Result<(), M::Error> {
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
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() <= EXACT {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}
