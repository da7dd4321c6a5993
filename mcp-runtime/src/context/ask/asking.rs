use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::task::{self, Poll};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio::time::Sleep;

use super::{Answer, AskError, Question};
use crate::context::Context;
use crate::wire::sampling::CreateMessage;

/// How long a client may think in a session, unless the author says otherwise.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// A question to the client: what [`Context::elicit`], [`Context::elicit_url`],
/// [`Context::sample`] and [`Context::roots`] give. It is put when it is awaited, and taken back
/// when it is dropped. More is at [`asking`](crate::asking).
///
/// ```
/// use std::time::Duration;
///
/// use mcp_runtime::{AskError, Context, tool};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Day {
///     /// When to deliver
///     day: String,
/// }
///
/// /// Orders a book.
/// #[tool]
/// async fn order(ctx: &Context, title: String) -> Result<String, AskError> {
///     let question = ctx.elicit::<Day>(format!("When do you want {title}?"));
///     let answer = question.key("day").timeout(Duration::from_secs(60)).await?;
///     Ok(match answer.accepted() {
///         Some(Day { day }) => format!("{title} comes on {day}"),
///         None => "nothing was ordered".to_owned(),
///     })
/// }
/// # use mcp_runtime::testing::{self, Answer};
/// # use mcp_runtime::{Revision, Server, tools};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # for revision in [Revision::V2025_11_25, Revision::V2026_07_28] {
/// #     let server = Server::new("books", "1.0.0").with(tools![order]);
/// #     let capabilities = json!({ "elicitation": {} });
/// #     let client = testing::connect_answering(server, revision, capabilities, |_, _| {
/// #         Answer::Result(json!({ "action": "accept", "content": { "day": "Monday" } }))
/// #     })
/// #     .await?;
/// #     let reply = client.call("order", json!({ "title": "Emma" })).await?;
/// #     assert_eq!(reply.text(), "Emma comes on Monday");
/// # }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked unless it is awaited"]
pub struct Ask<A> {
    pub(super) context: Context,
    pub(super) words: Words,
    key: Option<Cow<'static, str>>,
    read: fn(&RawValue) -> Result<A, String>,
    patience: Duration,
    open: Option<Open>,
}

/// What is asked.
pub(super) enum Words {
    /// An error is one of the author's, and the answer.
    Written(Result<Question, AskError>),
    /// Said piece by piece.
    ToModel(Box<CreateMessage>),
}

/// A question that was put.
struct Open {
    id: i64,
    answer: oneshot::Receiver<Answer>,
    /// In a session; a round does not wait.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl<A> Ask<A> {
    pub(super) fn new(
        context: &Context,
        words: Words,
        read: fn(&RawValue) -> Result<A, String>,
    ) -> Self {
        let context = context.clone();
        Self { context, words, key: None, read, patience: PATIENCE, open: None }
    }

    /// Names the question within its call, for clients that are asked in rounds; they see the
    /// name. Without one it is a digest of what is asked.
    pub fn key(mut self, key: impl Into<Cow<'static, str>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// How long to wait for the answer in a session; 10 minutes unless said. The call's own
    /// timeout rests meanwhile.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    fn put(&mut self) -> Result<Open, AskError> {
        let question = match &self.words {
            Words::Written(question) => question.clone()?,
            Words::ToModel(request) => request.question(self.context.revision())?,
        };
        let question = Question { key: self.key.take(), ..question };
        let read = self.read;
        let readable = move |answer: &RawValue| read(answer).is_ok();
        let asks = self.context.asks();
        let (id, answer) = asks.put(&self.context, question, &readable)?;
        let waits = !self.context.revision().facts().asks_in_rounds;
        let sleep = waits.then(|| Box::pin(tokio::time::sleep(self.patience)));
        Ok(Open { id, answer, sleep })
    }
}

impl<A> Future for Ask<A> {
    type Output = Result<A, AskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let Self { read, patience, .. } = *self;
        if self.open.is_none() {
            self.open = Some(self.put()?);
        }
        let Some(open) = &mut self.open else { return Poll::Pending };
        if let Poll::Ready(answer) = Pin::new(&mut open.answer).poll(cx) {
            // Nobody is left to answer once the call, or its session, has ended.
            let answer = answer.unwrap_or(Err(AskError::NoStream));
            self.close();
            return Poll::Ready(
                answer.and_then(|answer| read(&answer).map_err(AskError::Malformed)),
            );
        }
        let Some(sleep) = &mut open.sleep else { return Poll::Pending };
        sleep.as_mut().poll(cx).map(|()| {
            self.close();
            Err(AskError::TimedOut(patience))
        })
    }
}

impl<A> Ask<A> {
    /// Takes the question back unless it was answered.
    fn close(&self) {
        if let Some(open) = &self.open {
            self.context.asks().take_back(open.id, self.context.voice());
        }
    }
}

impl<A> Drop for Ask<A> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<A> fmt::Debug for Ask<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("key", &self.key).finish_non_exhaustive()
    }
}
