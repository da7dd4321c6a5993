use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::rounds::Rounds;
use crate::context::Context;

impl Context {
    /// Runs an effect that must not run again: a charge, a message, a random choice.
    ///
    /// Clients without a session are asked in rounds: the function runs from its start each time
    /// it has asked something. What it does on the way happens again, except in here: the result
    /// is kept with the answers, and later rounds get it at once; so does a client that brings the
    /// answers of one round twice, to the same process. In a session it just runs. A client that
    /// gives up between two rounds has run it all the same.
    ///
    /// The result travels as JSON. An effect that cannot be read from it again ends the call with
    /// an error.
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
    pub async fn once<T, F>(&self, name: &str, effect: impl FnOnce() -> F) -> T
    where
        T: Serialize + DeserializeOwned,
        F: Future<Output = T>,
    {
        if !self.revision().facts().asks_in_rounds {
            return effect().await;
        }
        let rounds = self.request().asks.rounds();
        let (key, cell) = rounds.effect(name);
        let mut running = Running { rounds, key: &key, result: None };
        // Whoever comes second with the same state waits here for the first.
        let result = cell
            .get_or_try_init(|| async { serde_json::value::to_raw_value(&effect().await) })
            .await
            .and_then(|json| Ok((json, serde_json::from_str(json.get())?)));
        match result {
            Ok((json, result)) => {
                running.result = Some(json.clone());
                result
            }
            Err(_) => {
                rounds.effect_unreadable(name);
                drop(running);
                std::future::pending().await // the call is answered with an error
            }
        }
    }
}

/// Notes the end of an effect, however it ends.
struct Running<'a> {
    rounds: &'a Rounds,
    key: &'a str,
    result: Option<Box<RawValue>>,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.rounds.effect_ended(self.key, self.result.take());
    }
}
