use std::io;

use super::{Members, Object, Stamp};

/// The result of `completion/complete`.
pub(crate) struct CompleteResult<'a> {
    pub(crate) values: &'a [String],
    pub(crate) stamp: Stamp<'a>,
}

impl Members for CompleteResult<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        object.nest("completion", &Completion(self.values))?;
        self.stamp.end(object, None)
    }
}

struct Completion<'a>(&'a [String]);

impl Members for Completion<'_> {
    fn members(&self, object: &mut Object<'_>) -> io::Result<()> {
        const MOST: usize = 100; // the specification's
        let Self(values) = self;
        object.put("values", values.get(..MOST).unwrap_or(values))?;
        object.put("total", &values.len())?;
        object.put("hasMore", &(values.len() > MOST))
    }
}
