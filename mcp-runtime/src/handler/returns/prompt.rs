use std::borrow::Cow;

use super::Probe;
use crate::handler::run::PromptOutcome;
use crate::wire::content::Content;
use crate::wire::prompt::{GetPromptResult, PromptMessage};

/// What a `#[prompt]` function may return.
///
/// | type | messages |
/// | --- | --- |
/// | `String`, `&str`, `Cow<str>`, [`Content`] | one message of the user |
/// | [`PromptMessage`], `Vec<PromptMessage>`, `[PromptMessage; N]` | these |
/// | [`GetPromptResult`] | itself |
/// | `Result<T, E>` of all these | `Err` is an internal error |
///
/// Implement it for a type of yours that becomes messages:
///
/// ```
/// use mcp_runtime::{GetPromptResult, IntoPromptResult, PromptMessage, prompt};
///
/// struct Lesson {
///     question: String,
///     answer: String,
/// }
///
/// impl IntoPromptResult for Lesson {
///     fn into_prompt_result(self) -> GetPromptResult {
///         let messages = [PromptMessage::user(self.question), PromptMessage::assistant(self.answer)];
///         GetPromptResult::new(messages).description("A question, and how to answer it")
///     }
/// }
///
/// /// Shows how this team answers.
/// #[prompt]
/// fn style() -> Lesson {
///     Lesson { question: "Is it done?".to_owned(), answer: "Yes.".to_owned() }
/// }
/// # use mcp_runtime::{Server, testing, tools};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let client = testing::connect(Server::new("team", "1.0.0").with(tools![style])).await?;
/// # assert_eq!(client.prompt("style", ()).await?[1]["role"], "assistant");
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned from a prompt",
    label = "not text and not messages",
    note = "return `String` for one message of the user, `Vec<PromptMessage>`, `GetPromptResult`, or a `Result` of these"
)]
pub trait IntoPromptResult {
    /// The messages to send.
    fn into_prompt_result(self) -> GetPromptResult;
}

impl IntoPromptResult for GetPromptResult {
    fn into_prompt_result(self) -> GetPromptResult {
        self
    }
}

impl IntoPromptResult for Vec<PromptMessage> {
    fn into_prompt_result(self) -> GetPromptResult {
        GetPromptResult::new(self)
    }
}

impl<const N: usize> IntoPromptResult for [PromptMessage; N] {
    fn into_prompt_result(self) -> GetPromptResult {
        GetPromptResult::new(self)
    }
}

impl IntoPromptResult for PromptMessage {
    fn into_prompt_result(self) -> GetPromptResult {
        GetPromptResult::new([self])
    }
}

impl IntoPromptResult for Content {
    fn into_prompt_result(self) -> GetPromptResult {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for String {
    fn into_prompt_result(self) -> GetPromptResult {
        PromptMessage::user(self).into_prompt_result()
    }
}

impl IntoPromptResult for &str {
    fn into_prompt_result(self) -> GetPromptResult {
        self.to_owned().into_prompt_result()
    }
}

impl IntoPromptResult for Cow<'_, str> {
    fn into_prompt_result(self) -> GetPromptResult {
        self.into_owned().into_prompt_result()
    }
}

pub trait PromptDirect {
    fn prompt_conversion(&self) -> Direct {
        Direct
    }
}

impl<T: IntoPromptResult> PromptDirect for &&Probe<T> {}

pub trait PromptUnsupported {
    fn prompt_conversion(&self) -> Unsupported {
        Unsupported
    }
}

impl<T> PromptUnsupported for Probe<T> {}

#[derive(Debug)]
pub struct Direct;

impl Direct {
    pub fn convert<T: IntoPromptResult>(self, value: T) -> PromptOutcome {
        Ok(value.into_prompt_result())
    }
}

/// Exists for its error: nothing that gets here has the trait.
#[derive(Debug)]
pub struct Unsupported;

impl Unsupported {
    pub fn convert<T: IntoPromptResult>(self, value: T) -> PromptOutcome {
        Direct.convert(value)
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __prompt_result {
    ($value:expr) => {
        $crate::__returned!($value, prompt_conversion)
    };
}
