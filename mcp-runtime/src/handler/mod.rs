//! Typed functions ⇄ erased handlers.
//!
//! `#[tool]`, `#[resource]` and `#[prompt]` leave a constant definition beside the function: what
//! the author wrote, and plain `fn` pointers. Everything here is what the expansion calls; the
//! expansion itself decides nothing, so that a fix here never needs a new macro crate.

#![allow(
    missing_docs,
    reason = "most of it is hidden: generated code needs it public, authors do not see it"
)]

mod argument;
mod arguments;
mod call;
mod complete;
mod definition;
mod error;
mod extract;
mod fault;
mod field_names;
mod pace;
mod path;
mod returns;
mod run;
mod schema;
mod state;
mod text;
mod uri;

pub(crate) use call::{Call, Given};
pub(crate) use complete::{Completer, Completing, beginning};
pub use definition::Item;
pub(crate) use definition::{Location, Need, PromptDef, ResourceDef, ToolDef};
pub use error::ToolError;
pub use extract::FromContext;
pub(crate) use fault::{Fault, FaultKind};
pub(crate) use pace::{Pace, Record};
pub(crate) use returns::ResourceOutput;
pub use returns::{IntoPromptResult, IntoResourceContents, IntoToolResult};
pub(crate) use run::{BoxFuture, Run, task};
pub(crate) use schema::{input as input_schema, output as output_schema, prompt_arguments};
pub(crate) use text::TextValue;
pub(crate) use uri::{Operator, UriPart, UriTemplate};

/// Not public API. Used by generated code.
pub mod private {
    pub use super::argument::{Argument, Arguments, arguments, text_arguments};
    pub use super::call::Call;
    pub use super::complete::{Complete, Completer, Completing, CompletionOutcome, completing};
    pub use super::definition::{
        Item, Location, Need, PromptDef, PromptSettings, ResourceDef, ResourceSettings, ToolDef,
        ToolSettings,
    };
    pub use super::fault::Fault;
    pub use super::returns::{Probe, private as returns};
    pub use super::run::{
        BoxFuture, PromptOutcome, ResourceOutcome, Run, ToolOutcome, future_must_be_send,
    };
    pub use super::schema::{arguments_schema, no_arguments};
    pub use super::uri::{Operator, UriPart, UriTemplate};
    pub use crate::wire::cache::CacheScope;
    pub use crate::wire::content::Role;
    pub use crate::wire::icon::{Icon, Theme};
    pub use crate::{
        __location as location, __prompt_result as prompt_result,
        __resource_result as resource_result, __tool_output as tool_output,
        __tool_result as tool_result,
    };
    pub use {inventory, schemars, serde};
}
