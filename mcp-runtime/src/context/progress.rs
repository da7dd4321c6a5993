use std::borrow::Cow;

/// How far a call is.
///
/// ```
/// use mcp_runtime::Progress;
///
/// let half = Progress::new(50).total(100).message("half way");
/// # let _ = half;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    pub(crate) done: f64,
    pub(crate) total: Option<f64>,
    pub(crate) message: Option<Cow<'static, str>>,
}

impl Progress {
    /// Work done so far, in any unit; it has to grow from one call to the next.
    pub fn new(done: impl Into<f64>) -> Self {
        Self { done: done.into(), total: None, message: None }
    }

    /// All the work there is, in the same unit, if that is known.
    pub fn total(self, total: impl Into<f64>) -> Self {
        Self { total: Some(total.into()), ..self }
    }

    /// What is being done, for a person to read; the oldest revision has no place for it.
    pub fn message(self, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: Some(message.into()), ..self }
    }
}

impl<T: Into<f64>> From<T> for Progress {
    fn from(done: T) -> Self {
        Self::new(done)
    }
}
