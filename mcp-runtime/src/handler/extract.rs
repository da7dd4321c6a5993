use super::error::ToolError;
use crate::context::Context;

/// A type a function can take as `#[ctx] user: User`: made from the request, not from its arguments.
///
/// ```
/// use mcp_runtime::{Context, FromContext, ToolError, tool};
///
/// struct Tenant(String);
///
/// impl FromContext for Tenant {
///     fn from_context(ctx: &Context) -> Result<Self, ToolError> {
///         let tenant = ctx.header("x-tenant").ok_or_else(|| ToolError::new("`X-Tenant` is missing"))?;
///         Ok(Self(tenant.to_owned()))
///     }
/// }
///
/// /// Whose data this server shows.
/// #[tool]
/// fn tenant(#[ctx] tenant: Tenant) -> String {
///     tenant.0
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from the request",
    label = "`#[ctx]` needs a type that implements `FromContext`",
    note = "implement `mcp_runtime::FromContext` for `{Self}`; for an argument from the client remove `#[ctx]`, for state take `&{Self}`"
)]
pub trait FromContext: Sized {
    /// Makes the value; an error ends the call like an error of the function.
    fn from_context(ctx: &Context) -> Result<Self, ToolError>;
}
