use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::asks::Asks;
use crate::context::Context;
use crate::wire::from_text;

impl Context {
    /// Runs an effect that must not run again: a charge, a message, a random choice.
    ///
    /// Clients without a session are asked in rounds: the function runs from its start each time
    /// it has asked something. What it does on the way happens again, except in here: the result
    /// is kept with the answers, and later rounds get it at once. So does a client that brings the
    /// answers of one round twice, within the hour they are good for: to the same process, or to
    /// every process of a shared [`OnceStore`](crate::OnceStore). In a session the effect just
    /// runs. A client that gives up between two rounds has run it all the same.
    ///
    /// The result travels as JSON, of at most 64 KiB. One that cannot, or that cannot be read
    /// again, ends the call with an error.
    ///
    /// ```
    /// use mcp_runtime::{AskError, Context, Elicited, tool};
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Guess {
    ///     number: u8,
    /// }
    ///
    /// /// Guess a number.
    /// #[tool]
    /// async fn guess(ctx: &Context) -> Result<String, AskError> {
    ///     let secret: u8 = ctx.once("secret", || async { 4 }).await; // chosen by fair dice roll
    ///     Ok(match ctx.elicit::<Guess>("Which number?").await? {
    ///         Elicited::Accepted(guess) if guess.number == secret => "yes".to_owned(),
    ///         _ => format!("it was {secret}"),
    ///     })
    /// }
    /// ```
    pub async fn once<T, F>(&self, name: &str, effect: impl FnOnce() -> F + Send) -> T
    where
        T: Serialize + DeserializeOwned + Send,
        F: Future<Output = T> + Send,
    {
        if !self.revision().facts().asks_in_rounds {
            return effect().await;
        }
        let asks = self.asks();
        let begun = asks.effect(name);
        let mut running = RunningEffect { asks, key: &begun.key, result: None };
        let json = match (begun.known, &begun.store) {
            (Some(known), _) => Ok(String::from(Box::<str>::from(known))),
            // Whoever comes second with the same state waits here for the first.
            (None, Some((store, id))) => store.once(id, Box::pin(written(effect))).await,
            (None, None) => written(effect).await,
        };
        let read = json.and_then(|json| Ok((from_text(&json)?, json)));
        match read {
            Ok((value, json)) => {
                running.result = Some(Ok(json));
                value
            }
            Err(error) => {
                running.result = Some(Err(error.to_string()));
                drop(running);
                std::future::pending().await // the call is answered with an error
            }
        }
    }
}

async fn written<T: Serialize, F: Future<Output = T>>(
    effect: impl FnOnce() -> F,
) -> Result<String, OnceError> {
    Ok(serde_json::to_string(&effect().await)?)
}

/// Notes the end of an effect, however it ends.
struct RunningEffect<'a> {
    asks: &'a Asks,
    key: &'a str,
    result: Option<Result<String, String>>,
}

impl Drop for RunningEffect<'_> {
    fn drop(&mut self) {
        self.asks.effect_ended(self.key, self.result.take());
    }
}

/// Why an effect has no result.
pub type OnceError = Box<dyn std::error::Error + Send + Sync>;

/// An effect on its way to its result, which is JSON.
pub type OnceFuture<'a> = Pin<Box<dyn Future<Output = Result<String, OnceError>> + Send + 'a>>;
