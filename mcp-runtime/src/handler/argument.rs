use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::call::Call;
use super::definition::SchemaFn;
use super::fault::Fault;
use super::schema::arguments_schema;

/// What the type of one argument has to be. Generated code asks for it in one place only, so that a
/// type that is not is one error, at its parameter.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument",
    label = "has to be `Deserialize + JsonSchema`",
    note = "derive `serde::Deserialize` and `schemars::JsonSchema` for `{Self}`",
    note = "what the server provides, state and `Context`, is taken by reference: `&{Self}`"
)]
pub trait Argument: DeserializeOwned + JsonSchema {}

impl<T: DeserializeOwned + JsonSchema> Argument for T {}

/// The arguments of a function, held in `T`: how to read and to describe them. Using it asks nothing
/// of `T`; making it does.
pub struct Arguments<T> {
    read: fn(&Call) -> Result<T, Fault>,
    schema: SchemaFn,
}

/// The JSON arguments of a tool, held in `T`.
pub const fn arguments<T: Argument>() -> Arguments<T> {
    Arguments { read: Call::arguments, schema: arguments_schema::<T> }
}

/// The arguments of a prompt or the variables of a URI, held in `T`.
pub const fn text_arguments<T: Argument>() -> Arguments<T> {
    Arguments { read: Call::text_arguments, schema: arguments_schema::<T> }
}

impl<T> Arguments<T> {
    /// Reads those of one call.
    pub fn read(&self, call: &Call) -> Result<T, Fault> {
        (self.read)(call)
    }

    /// Writes their schema.
    pub const fn schema(&self) -> SchemaFn {
        self.schema
    }
}

impl<T> fmt::Debug for Arguments<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arguments").finish_non_exhaustive()
    }
}
