//! Which of the three attributes is at work.

use std::fmt;

use proc_macro2::{Ident, Span};
use quote::format_ident;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Tool,
    Resource,
    Prompt,
}

impl Kind {
    pub(crate) const ALL: &[Kind] = &[Kind::Tool, Kind::Resource, Kind::Prompt];

    /// The spec's noun, which is also the attribute's name.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Kind::Tool => "tool",
            Kind::Resource => "resource",
            Kind::Prompt => "prompt",
        }
    }
}

/// As the author wrote it: `` `#[tool]` ``.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`#[{}]`", self.noun())
    }
}

/// The names of the runtime that differ by kind.
impl Kind {
    /// Of `Item`.
    pub(crate) fn variant(self) -> Ident {
        let variant = match self {
            Kind::Tool => "Tool",
            Kind::Resource => "Resource",
            Kind::Prompt => "Prompt",
        };
        format_ident!("{variant}")
    }

    pub(crate) fn definition(self) -> Ident {
        format_ident!("{}Def", self.variant())
    }

    /// Of what only some definitions have.
    pub(crate) fn settings(self) -> Ident {
        format_ident!("{}Settings", self.variant())
    }

    pub(crate) fn outcome(self) -> Ident {
        format_ident!("{}Outcome", self.variant())
    }

    /// Makes `__ARGUMENTS`: a tool's come as JSON, the others' as text.
    pub(crate) fn arguments(self) -> Ident {
        let arguments = match self {
            Kind::Tool => "arguments",
            Kind::Resource | Kind::Prompt => "text_arguments",
        };
        format_ident!("{arguments}")
    }

    /// Its span is where a value that cannot be returned is reported.
    pub(crate) fn result_macro(self, span: Span) -> Ident {
        format_ident!("{}_result", self.noun(), span = span)
    }
}
