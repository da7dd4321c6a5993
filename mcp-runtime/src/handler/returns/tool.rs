use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::Probe;
use crate::handler::fault::Fault;
use crate::handler::run::ToolOutcome;
use crate::wire::content::Content;
use crate::wire::tool::CallToolResult;

/// What a `#[tool]` function may return besides any `Serialize + JsonSchema` value.
///
/// | type | result |
/// | --- | --- |
/// | `String`, `&str`, `Cow<str>` | one text block |
/// | [`Content`], `Vec<Content>`, `[Content; N]` | these blocks |
/// | `()`, `None` of the above | no block |
/// | [`CallToolResult`] | itself |
/// | any other `Serialize + JsonSchema` | structured content with an output schema, and its JSON as text |
/// | `Result<T, E>` of all these | `Err` is an error the model reads |
///
/// Implement it for a type of yours that becomes content:
///
/// ```
/// use mcp_runtime::{CallToolResult, Content, IntoToolResult, tool};
///
/// struct Chart {
///     png: Vec<u8>,
///     caption: String,
/// }
///
/// impl IntoToolResult for Chart {
///     fn into_tool_result(self) -> CallToolResult {
///         CallToolResult::new([Content::image(self.png, "image/png"), Content::text(self.caption)])
///     }
/// }
///
/// /// Draws what was sold.
/// #[tool]
/// fn sales() -> Chart {
///     Chart { png: b"\x89PNG".to_vec(), caption: "More each year".to_owned() }
/// }
/// # use mcp_runtime::{Server, testing, tools};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = testing::connect(Server::new("shop", "1.0.0").with(tools![sales])).await?;
/// # assert_eq!(client.call("sales", ()).await?.text(), "More each year");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a tool",
    label = "not text, not content, and not `Serialize + JsonSchema`",
    note = "derive `serde::Serialize` and `schemars::JsonSchema` for `{Self}` to return it as structured content",
    note = "or return text (`String`, `&str`), `Content`, `Vec<Content>`, `CallToolResult`, or a `Result` of these"
)]
pub trait IntoToolResult {
    /// The result to send.
    fn into_tool_result(self) -> CallToolResult;
}

impl IntoToolResult for CallToolResult {
    fn into_tool_result(self) -> CallToolResult {
        self
    }
}

impl IntoToolResult for () {
    fn into_tool_result(self) -> CallToolResult {
        CallToolResult::default()
    }
}

impl IntoToolResult for Vec<Content> {
    fn into_tool_result(self) -> CallToolResult {
        CallToolResult { content: self, ..CallToolResult::default() }
    }
}

impl<const N: usize> IntoToolResult for [Content; N] {
    fn into_tool_result(self) -> CallToolResult {
        Vec::from(self).into_tool_result()
    }
}

impl IntoToolResult for Content {
    fn into_tool_result(self) -> CallToolResult {
        vec![self].into_tool_result()
    }
}

impl IntoToolResult for String {
    fn into_tool_result(self) -> CallToolResult {
        Content::text(self).into_tool_result()
    }
}

impl IntoToolResult for &str {
    fn into_tool_result(self) -> CallToolResult {
        Content::text(self.to_owned()).into_tool_result()
    }
}

impl IntoToolResult for Cow<'_, str> {
    fn into_tool_result(self) -> CallToolResult {
        self.into_owned().into_tool_result()
    }
}

impl<T: IntoToolResult> IntoToolResult for Option<T> {
    fn into_tool_result(self) -> CallToolResult {
        self.map_or_else(CallToolResult::default, T::into_tool_result)
    }
}

pub trait ToolDirect {
    fn tool_conversion(&self) -> Direct {
        Direct
    }
}

impl<T: IntoToolResult> ToolDirect for &&Probe<T> {}

pub trait ToolStructured {
    fn tool_conversion(&self) -> Structured {
        Structured
    }
}

impl<T: Serialize + JsonSchema> ToolStructured for &Probe<T> {}

pub trait ToolUnsupported {
    fn tool_conversion(&self) -> Unsupported {
        Unsupported
    }
}

impl<T> ToolUnsupported for Probe<T> {}

#[derive(Debug)]
pub struct Direct;

impl Direct {
    pub fn convert<T: IntoToolResult>(self, value: T) -> ToolOutcome {
        Ok(value.into_tool_result())
    }

    /// Content describes itself.
    pub fn schema<T>(self, _: &Probe<T>, _: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

#[derive(Debug)]
pub struct Structured;

impl Structured {
    pub fn convert<T: Serialize>(self, value: T) -> ToolOutcome {
        let json = serde_json::value::to_raw_value(&value).map_err(Fault::internal)?;
        Ok(CallToolResult { structured: Some(json), ..CallToolResult::default() })
    }

    pub fn schema<T: JsonSchema>(
        self,
        _: &Probe<T>,
        generator: &mut SchemaGenerator,
    ) -> Option<Schema> {
        Some(T::json_schema(generator))
    }
}

/// Exists for its error: nothing that gets here has the trait.
#[derive(Debug)]
pub struct Unsupported;

impl Unsupported {
    pub fn convert<T: IntoToolResult>(self, value: T) -> ToolOutcome {
        Direct.convert(value)
    }

    pub fn schema<T>(self, _: &Probe<T>, _: &mut SchemaGenerator) -> Option<Schema> {
        None
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tool_result {
    ($value:expr) => {
        $crate::__returned!($value, tool_conversion)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tool_output {
    ($type:ty) => {
        |generator| {
            use $crate::__private::returns::*;
            let returned = $crate::__private::Probe::<$type>::NEW;
            let value = (&returned).splitting().value(&returned);
            (&&&value).tool_conversion().schema(&value, generator)
        }
    };
}
