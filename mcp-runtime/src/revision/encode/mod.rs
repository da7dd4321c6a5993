//! How values are written at a revision: straight into the reply, with the revision at hand.

mod ask;
mod completion;
mod content;
mod listing;
mod notice;
mod result;
mod sampling;

use std::io;

use super::Revision;
use super::fields::Field;
use crate::wire::{Encode, Line, Text};

pub(crate) use ask::{ElicitForm, ElicitUrl};
pub(crate) use completion::CompleteResult;
pub(crate) use notice::{Changed, Progressed, Subscribed, SubscriptionEnded};
pub(crate) use result::{
    Acknowledged, DiscoverResult, InitializeResult, InputRequired, MethodResult, Page,
    PromptResult, ReadResult, Stamp, ToolResult,
};

/// A value to be written at a revision.
pub(crate) struct At<'a, T: ?Sized>(pub(crate) Revision, pub(crate) &'a T);

impl<T: EncodeAt + ?Sized> Encode for At<'_, T> {
    fn encode(&self, line: &mut Line) -> io::Result<()> {
        self.1.encode_at(self.0, line)
    }
}

/// A type whose fields depend on the revision.
pub(crate) trait EncodeAt {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()>;
}

/// A type that is written as an object, which most are.
trait Members {
    /// Writes each member.
    fn members(&self, object: &mut Object<'_>) -> io::Result<()>;
}

impl<T: Members> EncodeAt for T {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        let mut object = Object { revision, line, is_empty: true };
        self.members(&mut object)?;
        object.end()
    }
}

impl EncodeAt for &dyn EncodeAt {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        (**self).encode_at(revision, line)
    }
}

impl<T: EncodeAt> EncodeAt for [T] {
    fn encode_at(&self, revision: Revision, line: &mut Line) -> io::Result<()> {
        list(line, self.iter().map(|item| At(revision, item)))
    }
}

fn list<T: Encode>(line: &mut Line, items: impl Iterator<Item = T>) -> io::Result<()> {
    line.text("[")?;
    for (place, item) in items.enumerate() {
        if place > 0 {
            line.text(",")?;
        }
        item.encode(line)?;
    }
    line.text("]")
}

/// A JSON object written member by member; each says from which revision it exists.
struct Object<'a> {
    revision: Revision,
    line: &'a mut Line,
    is_empty: bool,
}

impl Object<'_> {
    /// A member of every revision.
    fn put<T: Encode + ?Sized>(&mut self, name: &'static str, value: &T) -> io::Result<()> {
        let before = self.before();
        self.line.name(before, name)?;
        value.encode(self.line)
    }

    /// A text that every revision has.
    fn text(&mut self, name: &'static str, text: &str) -> io::Result<()> {
        self.put(name, &Text(text))
    }

    /// A member of every revision whose own fields depend on it.
    fn nest<T: EncodeAt + ?Sized>(&mut self, name: &'static str, value: &T) -> io::Result<()> {
        self.put(name, &At(self.revision, value))
    }

    /// A member whose name is the author's.
    fn put_named<T: Encode + ?Sized>(&mut self, name: &str, value: &T) -> io::Result<()> {
        let before = if self.before() == b'{' { "{" } else { "," };
        self.line.text(before)?;
        name.encode(self.line)?;
        self.line.text(":")?;
        value.encode(self.line)
    }

    /// A member of every revision that may be missing.
    fn put_some<T: Encode>(&mut self, name: &'static str, value: Option<T>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.put(name, &value))
    }

    /// A member that only some revisions have.
    fn put_if<T: Encode>(
        &mut self,
        field: Field,
        name: &'static str,
        value: Option<T>,
    ) -> io::Result<()> {
        if self.revision.has(field) { self.put_some(name, value) } else { Ok(()) }
    }

    /// What stands before the next member.
    fn before(&mut self) -> u8 {
        if std::mem::take(&mut self.is_empty) { b'{' } else { b',' }
    }

    fn end(self) -> io::Result<()> {
        self.line.text(if self.is_empty { "{}" } else { "}" })
    }
}

/// The items, or nothing if there are none.
fn some<T>(items: &[T]) -> Option<&[T]> {
    (!items.is_empty()).then_some(items)
}
