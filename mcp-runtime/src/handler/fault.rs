use std::fmt;

use super::error::ToolError;
use crate::wire::ErrorObject;

/// Why a call has no result. Generated code passes it on and never looks inside.
pub struct Fault {
    pub(crate) kind: FaultKind,
}

pub(crate) enum FaultKind {
    /// The arguments do not fit; the text is for the model to act on.
    Arguments(String),
    /// The request itself is malformed.
    Protocol(ErrorObject),
    /// The function failed.
    Function(ToolError),
}

impl Fault {
    pub(crate) fn arguments(text: impl Into<String>) -> Self {
        Self { kind: FaultKind::Arguments(text.into()) }
    }

    /// A failure of ours or of the author's types, not of the caller: logged, not told.
    pub(crate) fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::from(ToolError::internal(error))
    }
}

impl From<ToolError> for Fault {
    fn from(error: ToolError) -> Self {
        Self { kind: FaultKind::Function(error) }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Arguments(text) => f.debug_tuple("Arguments").field(text).finish(),
            FaultKind::Protocol(error) => f.debug_tuple("Protocol").field(error).finish(),
            FaultKind::Function(error) => f.debug_tuple("Function").field(error).finish(),
        }
    }
}
