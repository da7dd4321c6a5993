use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::arguments::{self, Fill};
use super::extract::FromContext;
use super::fault::Fault;
use super::pace::{Record, Timing};
use super::state::State;
use super::text::{self, TextValue};
use crate::context::Context;
use crate::wire::Member;
use crate::wire::tool::Described;

/// One call of one function, owned: it may move to another thread and outlive its reader.
pub struct Call {
    context: Context,
    given: Given,
    /// Of a sync function whose pace decides where it runs.
    timing: Option<Timing>,
}

/// Where a function's arguments come from.
pub(crate) enum Given {
    /// The JSON `arguments` of the request; the tool's schema says what was expected of them.
    Json(Arc<dyn Described>),
    /// Strings: a prompt's arguments or the variables of a URI.
    Text(Vec<(&'static str, TextValue)>),
    /// Strings under names the client chose.
    Named(Vec<(String, TextValue)>),
    /// What is typed so far of an argument, and the others given already.
    Typing { partial: String, given: HashMap<String, String> },
}

const MISMATCH: &str = "a function was called as one of another kind";

impl Call {
    pub(crate) fn new(context: Context, given: Given) -> Self {
        Self { context, given, timing: None }
    }

    /// Takes the time of the function, until the call is dropped.
    pub(crate) fn timed(self, record: Arc<Record>) -> Self {
        Self { timing: Some(Timing::begin(record)), ..self }
    }

    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// The function's JSON arguments, as the struct the macro made of its parameters.
    pub(super) fn arguments<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let mut arguments = None;
        self.read_arguments(&mut arguments)?;
        arguments.ok_or_else(|| Fault::internal("arguments were read and are not there"))
    }

    fn read_arguments(&self, into: &mut dyn Fill) -> Result<(), Fault> {
        let Given::Json(tool) = &self.given else { return Err(Fault::internal(MISMATCH)) };
        let raw = self.context.request().message.raw(Member::Arguments).unwrap_or(b"{}");
        let read = arguments::read(raw, &**tool, into);
        self.have_read(raw.len(), read.is_ok());
        read
    }

    fn have_read(&self, bytes: usize, fit: bool) {
        if let Some(timing) = &self.timing {
            timing.have_read(bytes, fit);
        }
    }

    /// The same of those that arrive as strings: no function takes both, and reading is compiled for each.
    pub(super) fn text_arguments<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let values: Vec<(&str, &TextValue)> = match &self.given {
            Given::Json(_) => return Err(Fault::internal(MISMATCH)),
            Given::Text(values) => values.iter().map(|(name, value)| (*name, value)).collect(),
            Given::Named(values) => values.iter().map(|(name, value)| (&**name, value)).collect(),
            Given::Typing { .. } => Vec::new(),
        };
        let read = text::read(values);
        self.have_read(0, read.is_ok()); // strings already
        read
    }

    /// What is typed so far of the argument to be completed.
    pub(super) fn partial(&self) -> &str {
        match &self.given {
            Given::Typing { partial, .. } => partial,
            _ => "",
        }
    }

    /// The arguments given before the one to be completed.
    pub(super) fn given(&self) -> HashMap<String, String> {
        match &self.given {
            Given::Typing { given, .. } => given.clone(),
            _ => HashMap::new(),
        }
    }

    /// State of type `T`; the request itself if `T` is [`Context`].
    ///
    /// # Panics
    ///
    /// If there is none, which a server refuses to start with.
    #[expect(clippy::panic, reason = "the server has checked every need before its first call")]
    pub fn state<T: State>(&self) -> &T {
        if let Some(context) = (&self.context as &dyn Any).downcast_ref::<T>() {
            return context;
        }
        match self.context.states().get() {
            Some(state) => state,
            None => panic!("no state of type `{}`", std::any::type_name::<T>()),
        }
    }

    /// State known by a trait: `T` is `dyn Trait`.
    ///
    /// # Panics
    ///
    /// As [`state`](Self::state).
    #[expect(clippy::panic, reason = "the server has checked every need before its first call")]
    pub fn state_dyn<T: ?Sized + State>(&self) -> &T {
        match self.context.states().get() {
            Some(state) => state,
            None => panic!("no state of type `{}`", std::any::type_name::<T>()),
        }
    }

    /// A value made from the request, for a `#[ctx]` parameter.
    pub fn extract<T: FromContext>(&self) -> Result<T, Fault> {
        T::from_context(&self.context).map_err(Fault::from)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("context", &self.context).finish_non_exhaustive()
    }
}
