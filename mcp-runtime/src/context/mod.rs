//! What a function sees of the request it serves.

mod ask;
mod budget;
mod caller;
mod cancellation;
mod client;
mod outbox;
mod peer;
mod poison;
mod principal;
mod progress;
mod request;
mod state;
mod trace_parent;
mod voice;

use std::sync::Arc;
use std::{fmt, io};

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

pub(crate) use ask::{Answer, Asks, Memory, MemoryStore, Port, Responses, RoundEnd};
pub use ask::{
    Ask, AskError, Elicit, Elicited, ListRoots, OnceError, OnceFuture, OnceStore, Root, Sample,
    Sampled,
};
pub(crate) use budget::{Budget, Reserved, SMALL};
pub(crate) use caller::Caller;
pub(crate) use cancellation::Cancellation;
pub use client::Client;
pub(crate) use outbox::{Outbox, Owed, Room};
pub(crate) use peer::{LogFilter, NoHeaders, Peer};
pub(crate) use poison::unpoisoned;
pub use principal::Principal;
pub use progress::Progress;
pub(crate) use request::Request;
pub(crate) use state::States;
pub use trace_parent::TraceParent;
pub(crate) use voice::Voice;

use crate::revision::{At, Progressed, Revision};
use crate::wire::log::LogLevel;
use crate::wire::{Encode, Line, Member};

/// The request a function serves: tell its client of progress, log to it, ask whether it still
/// waits, see who it is.
///
/// Take it as `ctx: &Context`. It is cheap to clone and may outlive the call, but says nothing to
/// the client after the function has returned.
///
/// ```
/// use mcp_runtime::{Context, LogLevel, Progress, tool};
///
/// /// Adds numbers, slowly.
/// #[tool]
/// async fn sum(ctx: &Context, numbers: Vec<f64>) -> f64 {
///     let mut sum = 0.0;
///     for (done, number) in numbers.iter().enumerate() {
///         sum += number;
///         ctx.progress(Progress::new(done as f64 + 1.0).total(numbers.len() as f64));
///     }
///     ctx.log(LogLevel::Info, format!("the sum is {sum}"));
///     sum
/// }
/// ```
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

/// What a call owns: its request, and everything the function may ask about it.
struct Inner {
    request: Request,
    states: Arc<States>,
    cancellation: Cancellation,
    voice: Voice,
    asks: Asks,
}

impl Context {
    pub(crate) fn new(request: Request, states: Arc<States>, voice: Voice, asks: Asks) -> Self {
        let cancellation = Cancellation::default();
        Self { inner: Arc::new(Inner { request, states, cancellation, voice, asks }) }
    }

    pub(crate) fn request(&self) -> &Request {
        &self.inner.request
    }

    pub(crate) fn states(&self) -> &States {
        &self.inner.states
    }

    pub(crate) fn cancellation(&self) -> &Cancellation {
        &self.inner.cancellation
    }

    pub(crate) fn voice(&self) -> &Voice {
        &self.inner.voice
    }

    pub(crate) fn asks(&self) -> &Asks {
        &self.inner.asks
    }

    /// The function has returned: it says nothing more, and nothing of it can be cancelled.
    pub(crate) fn end(&self) {
        let Inner { asks, voice, cancellation, .. } = &*self.inner;
        asks.end(voice);
        voice.end();
        cancellation.end();
    }

    /// Tells the client how far the work is (basic/utilities/progress).
    ///
    /// Nothing is sent if the client did not ask for it, or if the value does not exceed the one
    /// before. Not async: a slow client never holds up the function. Up to 1,024 messages
    /// wait for it; past that the newest progress replaces the one before.
    pub fn progress(&self, progress: impl Into<Progress>) {
        let progress = progress.into();
        let request = self.request();
        let token = request.progress_token.as_ref();
        self.voice().progress(token, progress.done, |token| {
            let params = Progressed {
                token,
                progress: progress.done,
                total: progress.total,
                message: progress.message.as_deref(),
            };
            notification("notifications/progress", &At(request.revision, &params))
        });
    }

    /// Sends a log message to the client, if it asked for that level (server/utilities/logging).
    ///
    /// `data` is any serialisable value; text is usual. Never put secrets in it. Up to 1,024
    /// messages, or 4 MiB, wait for a slow client; past that the oldest log messages are dropped.
    pub fn log(&self, level: LogLevel, data: impl Serialize) {
        if self.request().log.passes(level) {
            self.log_json(level, serde_json::value::to_raw_value(&data));
        }
    }

    fn log_json(&self, level: LogLevel, data: serde_json::Result<Box<RawValue>>) {
        #[derive(Serialize)]
        struct Params {
            level: LogLevel,
            data: Box<RawValue>,
        }
        match data {
            Ok(data) => {
                let frame = notification("notifications/message", &Params { level, data });
                self.voice().log(frame);
            }
            Err(error) => tracing::warn!(%error, "what is logged cannot be written as JSON"),
        }
    }

    /// Whether the client no longer waits for the result.
    ///
    /// An async function is dropped at its next await; a sync function has to look.
    pub fn is_cancelled(&self) -> bool {
        self.cancellation().is_cancelled()
    }

    /// Runs `f` when the client cancels the request, at once if it already has; never after the
    /// call has ended or what this returns was dropped. `f` must be quick: it runs where the
    /// cancellation arrived.
    ///
    /// For sync functions that wait in foreign code, such as a database that can be interrupted:
    /// keep the [`OnCancel`] for as long as the interruption would hit this call and no other.
    pub fn on_cancel(&self, f: impl FnOnce() + Send + 'static) -> OnCancel {
        OnCancel { key: self.cancellation().on_cancel(Box::new(f)), context: self.clone() }
    }

    /// Lets the client's connection go while the work goes on; the client comes back for the rest
    /// (streamable-http, "Resumability and redelivery").
    ///
    /// For work of minutes, so that no proxy has to hold a connection for it. The client asks again
    /// after half a second, and the result waits for it, for up to 5 minutes. Where there is no such
    /// connection, over stdio and in other revisions, nothing happens.
    ///
    /// ```
    /// use mcp_runtime::{Context, tool};
    ///
    /// # async fn build() -> String { String::new() }
    /// /// Builds everything.
    /// #[tool]
    /// async fn build_all(ctx: &Context) -> String {
    ///     ctx.close_stream();
    ///     build().await
    /// }
    /// ```
    pub fn close_stream(&self) {
        if self.request().revision.facts().primes_streams {
            self.voice().part();
        }
    }

    /// The client's declaration of itself.
    pub fn client(&self) -> &Client {
        self.request().client()
    }

    /// The revision of the protocol this request is served in.
    pub fn revision(&self) -> Revision {
        self.request().revision
    }

    /// The request's `_meta`, as the client sent it; empty if it sent none.
    pub fn meta(&self) -> Map<String, Value> {
        self.request().message.read(Member::Meta).ok().flatten().unwrap_or_default()
    }

    /// A header of the HTTP request the call came in; `None` over stdio. `name` in any case.
    /// `Authorization` is not among them where the server has asked for it: there is
    /// [`principal`](Self::principal).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request().peer.header(name)
    }

    /// Who calls, as their token has shown; `None` over stdio, and where nobody is asked for one.
    ///
    /// ```
    /// use mcp_runtime::{Context, tool};
    ///
    /// /// Deletes a note.
    /// #[tool(scopes("notes:write"))]
    /// fn delete(ctx: &Context, owner: String) -> Result<(), &'static str> {
    ///     match ctx.principal() {
    ///         Some(caller) if caller.subject() != owner => Err("not yours"),
    ///         _ => Ok(()),
    ///     }
    /// }
    /// ```
    pub fn principal(&self) -> Option<&Principal> {
        self.request().peer.caller().principal()
    }

    /// State the server was given with `.state(..)`; `None` if there is none of that type.
    ///
    /// For [`FromContext`](crate::FromContext); a function takes its state as `&T`.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.states().get()
    }
}

/// A callback of [`Context::on_cancel`]; dropped, it is forgotten.
#[derive(Debug)]
#[must_use = "a callback that is dropped at once never runs: bind it, `let _interrupt = …`"]
pub struct OnCancel {
    context: Context,
    key: u64,
}

impl Drop for OnCancel {
    fn drop(&mut self) {
        self.context.cancellation().forget(self.key);
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("id", &self.request().id)
            .field("revision", &self.request().revision)
            .field("is_cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// A notification as one line of JSON; `None` if `params` cannot be serialised.
pub(crate) fn notification(method: &'static str, params: &dyn Encode) -> Option<Vec<u8>> {
    said(method, params)
        .inspect_err(
            |error| tracing::warn!(method, %error, "a notification cannot be written as JSON"),
        )
        .ok()
}

fn said(method: &'static str, params: &dyn Encode) -> io::Result<Vec<u8>> {
    let mut line = Line::message(None, usize::MAX);
    line.text(r#""method":"#)?;
    method.encode(&mut line)?;
    line.text(r#","params":"#)?;
    params.encode(&mut line)?;
    line.text("}")?;
    Ok(line.finish())
}
