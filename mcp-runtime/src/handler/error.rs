use std::error::Error;
use std::fmt::{self, Display};

use super::fault::Fault;
use crate::wire::content::Content;

/// Why a function failed: content for the model, or a cause for the log.
///
/// Any error type that is `Display` will do; this one is for `?` on several kinds of errors, for
/// content that is more than text, and for causes a client must not see.
///
/// ```
/// use mcp_runtime::{ToolError, tool};
///
/// /// Reads a number from a file of the server.
/// #[tool]
/// fn number(name: &str) -> Result<i64, ToolError> {
///     if name.contains(['/', '\\']) {
///         return Err(ToolError::new("`name` is a file name, not a path"));
///     }
///     let text = std::fs::read_to_string(name).map_err(ToolError::internal)?; // logged, not shown
///     Ok(text.trim().parse()?) // shown
/// }
/// ```
///
/// Like `anyhow::Error` it is itself no `Error` and no `Display`, so that `?` can make one from
/// any error.
pub struct ToolError {
    pub(crate) content: Vec<Content>,
    /// For the log alone.
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
}

impl ToolError {
    /// A failure the model should read: text, or any content.
    pub fn new(content: impl Into<Content>) -> Self {
        Self { content: vec![content.into()], cause: None }
    }

    /// A failure the client learns nothing about but that there was one; the cause goes to the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new("internal error") }
    }

    /// Adds a block to what the model reads.
    pub fn content(mut self, content: impl Into<Content>) -> Self {
        self.content.push(content.into());
        self
    }
}

impl<E: Error> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::new(format!("{error:#}"))
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolError")
            .field("content", &self.content)
            .field("cause", &self.cause)
            .finish()
    }
}

/// The `E` of a function's `Result<T, E>`: anything that is `Display`, or [`ToolError`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of an annotated function",
    label = "the error has to be readable",
    note = "implement `Display` for `{Self}`, or return `mcp_runtime::ToolError`, which `?` makes from any error"
)]
pub trait IntoFault {
    fn into_fault(self) -> Fault;
}

impl<E: Display> IntoFault for E {
    fn into_fault(self) -> Fault {
        ToolError::new(format!("{self:#}")).into()
    }
}

impl IntoFault for ToolError {
    fn into_fault(self) -> Fault {
        self.into()
    }
}
