use std::fmt;
use std::time::Instant;

use super::Outcome;
use crate::registry::Registry;
use crate::wire::{Code, Member, Message, Method};

/// The target of the line that is logged for each request.
pub(crate) const ACCESS: &str = "mcp_runtime::access";

/// The longest name that is logged as the client wrote it.
const LONGEST: usize = 80;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    /// With questions to the client, which makes the request again.
    Asked,
    /// A result that tells the model what went wrong.
    ToolError,
    Failed(Code),
    /// Nobody waited for it any more.
    Cancelled,
}

impl Ended {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "ok",
            Self::Asked => "input_required",
            Self::ToolError => "tool_error",
            Self::Failed(_) => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A request that is watched, from when it came in to its end. Dropped before that, it was cancelled.
///
/// Of what peers send only names are kept: what is watched is no place for arguments or secrets.
pub(super) struct Watch {
    method: &'static str,
    name: Named,
    started: Instant,
    ended: Option<Ended>,
}

/// What a request is about.
enum Named {
    /// A function, by its own name.
    Known(&'static str),
    /// The name of no function, as the client wrote it.
    Unknown(Box<str>),
    Nothing,
}

impl Watch {
    /// Begins to watch, if somebody wants to know.
    pub(super) fn begin(
        registry: impl FnOnce() -> std::sync::Arc<Registry>,
        message: &Message,
    ) -> Option<Self> {
        if !tracing::enabled!(target: ACCESS, tracing::Level::INFO) {
            return None;
        }
        let started = Instant::now();
        let method = message.method()?;
        let name = Named::of(&registry(), method, message);
        Some(Self { method: method.label(), name, started, ended: None })
    }

    /// Watches what becomes of the request.
    pub(super) fn follow(mut self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Accepted => {}
            Outcome::Ready { ref reply, .. } => self.ended = Some(reply.ended),
            Outcome::Pending(call) => return Outcome::Pending(call.watched(self)),
        }
        outcome
    }

    pub(super) fn end(mut self, ended: Ended) {
        self.ended = Some(ended);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let ended = self.ended.unwrap_or(Ended::Cancelled);
        let code = match ended {
            Ended::Failed(Code(code)) => Some(code),
            _ => None,
        };
        let name = match &self.name {
            Named::Known(name) => Some(*name),
            Named::Unknown(name) => Some(&**name),
            Named::Nothing => None,
        };
        let duration_ms = self.started.elapsed().as_micros() as f64 / 1000.0;
        let outcome = ended.as_str();
        tracing::info!(target: ACCESS, method = self.method, name, duration_ms, outcome, code, "request");
    }
}

impl Named {
    fn of(registry: &Registry, method: &Method, message: &Message) -> Self {
        let text = |member| message.text(member).ok().flatten();
        let known = |known: Option<&'static str>, name: &str| match known {
            Some(known) => Self::Known(known),
            None => Self::Unknown(name.chars().take(LONGEST).collect()),
        };
        match method {
            Method::ToolsCall => text(Member::Name).map_or(Self::Nothing, |name| {
                known(registry.tool(&name).map(|entry| entry.def.name), &name)
            }),
            Method::PromptsGet => text(Member::Name).map_or(Self::Nothing, |name| {
                known(registry.prompt(&name).map(|entry| entry.def.name), &name)
            }),
            // A URI may hold what only its reader should know.
            Method::ResourcesRead => text(Member::Uri)
                .and_then(|uri| Some(Self::Known(registry.resource(&uri)?.0.def.name)))
                .unwrap_or(Self::Nothing),
            _ => Self::Nothing,
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("method", &self.method).finish_non_exhaustive()
    }
}
