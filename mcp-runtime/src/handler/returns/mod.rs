//! What a function may return, decided from its type alone.
//!
//! The author writes no wrapper types, so the same expression has to work for `String`, for
//! `Result<Vec<Content>, E>` and for any `Serialize + JsonSchema` struct. Rust has no
//! specialisation, but it prefers a method found with fewer references; the expansion, where types
//! are concrete, uses that twice: once to split a `Result`, once to choose how the value is sent.
//! (One step for both would send `Result<String, String>` as JSON and take any `E`.)
//!
//! ```text
//! (&probe).splitting()        Probe<Result<T, E>>  → SplitsResult      &Probe<T> → KeepsValue
//! (&&&probe).tool_conversion()  &&Probe<T: IntoToolResult> → into_tool_result
//!                                &Probe<T: Serialize + JsonSchema> → structured content
//!                                 Probe<T> → an error that says what would do
//! ```

mod prompt;
mod resource;
mod tool;

use std::marker::PhantomData;

use super::error::IntoFault;
use super::fault::Fault;

pub use prompt::IntoPromptResult;
pub use resource::IntoResourceContents;
pub(crate) use resource::ResourceOutput;
pub use tool::IntoToolResult;

/// Not public API. Used by generated code, which imports all of it and has to leave the author's
/// names alone: `fn probe() -> Probe` is the author's type.
pub mod private {
    pub use super::prompt::{PromptDirect as _, PromptUnsupported as _};
    pub use super::resource::{ResourceDirect as _, ResourceJson as _, ResourceUnsupported as _};
    pub use super::tool::{ToolDirect as _, ToolStructured as _, ToolUnsupported as _};
    pub use super::{SplitResult as _, SplitValue as _};
}

/// Stands for the type of a value in method look-ups.
#[derive(Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T> Probe<T> {
    pub const NEW: Self = Self(PhantomData);

    pub fn of(_: &T) -> Self {
        Self::NEW
    }
}

pub trait SplitResult {
    fn splitting(&self) -> SplitsResult {
        SplitsResult
    }
}

impl<T, E> SplitResult for Probe<Result<T, E>> {}

pub trait SplitValue {
    fn splitting(&self) -> KeepsValue {
        KeepsValue
    }
}

impl<T> SplitValue for &Probe<T> {}

/// The function returns a `Result`.
#[derive(Debug)]
pub struct SplitsResult;

impl SplitsResult {
    pub fn split<T, E: IntoFault>(self, value: Result<T, E>) -> Result<T, Fault> {
        value.map_err(IntoFault::into_fault)
    }

    pub fn value<T, E>(self, _: &Probe<Result<T, E>>) -> Probe<T> {
        Probe::NEW
    }
}

/// The function returns a value.
#[derive(Debug)]
pub struct KeepsValue;

impl KeepsValue {
    pub fn split<T>(self, value: T) -> Result<T, Fault> {
        Ok(value)
    }

    pub fn value<T>(self, _: &Probe<T>) -> Probe<T> {
        Probe::NEW
    }
}

/// Both steps for a value, with the conversion of one kind of function.
#[doc(hidden)]
#[macro_export]
macro_rules! __returned {
    ($value:expr, $conversion:ident) => {{
        use $crate::__private::returns::*;
        match $value {
            value => {
                let probe = $crate::__private::Probe::of(&value);
                match (&probe).splitting().split(value) {
                    ::core::result::Result::Ok(value) => {
                        let probe = $crate::__private::Probe::of(&value);
                        (&&&probe).$conversion().convert(value)
                    }
                    ::core::result::Result::Err(fault) => ::core::result::Result::Err(fault),
                }
            }
        }
    }};
}
