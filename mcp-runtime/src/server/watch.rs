use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tracing::Level;

use super::{Incoming, Outcome, Server, Service};
use crate::context::{Caller, TraceParent};
use crate::registry::Registry;
use crate::wire::{Code, Member, Message, Method};

/// The target of the line that is logged for each request.
pub(crate) const ACCESS: &str = "mcp_runtime::access";

/// The longest name that is logged as the client wrote it.
const LONGEST: usize = 80;

/// The longest name of a caller that is logged; no `sub` is longer (OpenID Connect Core, 2).
const LONGEST_PRINCIPAL: usize = 255;

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

/// A request, as far as it may be told of: what peers make up is not among it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    /// A method of the protocol, or `other`.
    pub(crate) method: &'static str,
    /// The function it is about, by the name its author gave it.
    pub(crate) name: Option<&'static str>,
}

/// Who is told of each request. Must be quick and never wait.
pub(crate) trait Hears: Send + Sync {
    fn began(&self, request: &Heard);

    fn ended(&self, request: &Heard, ended: Ended, took: Duration);
}

/// Who records requests as steps of traces. Must be quick and never wait.
pub(crate) trait Traces: Send + Sync {
    fn began(&self, request: &Heard, incoming: &Incoming) -> Box<dyn Step>;
}

/// A request while it is recorded.
pub(crate) trait Step: Send {
    /// What is to be passed on to whoever is asked on behalf of the request.
    fn parent(&self) -> Option<TraceParent>;

    fn ended(self: Box<Self>, ended: Ended);
}

/// A request that is watched, from when it came in to its end. Dropped before that, it was cancelled.
///
/// Of what peers send only names are kept: what is watched is no place for arguments or secrets.
pub(super) struct Watch {
    service: Arc<Service>,
    heard: Heard,
    /// The name of no function, as the client wrote it.
    unknown: Option<Box<str>>,
    caller: Caller,
    step: Option<Box<dyn Step>>,
    started: Instant,
    ended: Option<Ended>,
}

impl Service {
    /// Tells `who` of every request from here on; one may be told.
    pub(crate) fn tell_of_requests(&self, who: Box<dyn Hears>) {
        let _ = self.hears.set(who); // a site is made once
    }
}

impl<A> Server<A> {
    /// Has every request recorded.
    pub(crate) fn traces(mut self, traces: Box<dyn Traces>) -> Self {
        self.traces = Some(traces);
        self
    }
}

impl Watch {
    /// Begins to watch, if somebody wants to know.
    pub(super) fn begin(service: &Arc<Service>, incoming: &Incoming) -> Option<Self> {
        let (hears, traces) = (service.hears.get(), &service.traces);
        let is_logged = || tracing::enabled!(target: ACCESS, Level::INFO);
        if hears.is_none() && traces.is_none() && !is_logged() {
            return None;
        }
        let started = Instant::now();
        let Incoming { message, peer, .. } = incoming;
        let method = message.method()?;
        let (name, unknown) = named(&service.registry(), method, message);
        let heard = Heard { method: method.label(), name };
        if let Some(hears) = hears {
            hears.began(&heard);
        }
        let (service, caller) = (service.clone(), peer.caller().clone());
        let step = traces.as_ref().map(|traces| traces.began(&heard, incoming));
        Some(Self { service, heard, unknown, caller, step, started, ended: None })
    }

    /// Our own step of the request's trace, if steps are recorded: the parent of what its function
    /// does.
    pub(super) fn step(&self) -> Option<Box<TraceParent>> {
        self.step.as_ref().and_then(|step| step.parent()).map(Box::new)
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
        let (ended, took) = (self.ended.unwrap_or(Ended::Cancelled), self.started.elapsed());
        if let Some(step) = self.step.take() {
            step.ended(ended);
        }
        if let Some(hears) = self.service.hears.get() {
            hears.ended(&self.heard, ended, took);
        }
        let Heard { method, name } = self.heard;
        let name = name.or(self.unknown.as_deref());
        let code = match ended {
            Ended::Failed(Code(code)) => Some(code),
            _ => None,
        };
        let duration_ms = took.as_micros() as f64 / 1000.0;
        let outcome = ended.as_str();
        let principal = self.caller.principal();
        let principal = principal.map(|caller| first(LONGEST_PRINCIPAL, caller.subject()));
        tracing::info!(
            target: ACCESS, method, name, principal, duration_ms, outcome, code, "request"
        );
    }
}

/// The function a request is about; or, if there is none of that name, the name.
fn named(
    registry: &Registry,
    method: &Method,
    message: &Message,
) -> (Option<&'static str>, Option<Box<str>>) {
    let text = |member| message.text(member).ok().flatten();
    let asked = match method {
        Method::ToolsCall | Method::PromptsGet => text(Member::Name),
        // A URI may hold what only its reader should know.
        Method::ResourcesRead => {
            let entry = text(Member::Uri).and_then(|uri| Some(registry.resource(&uri)?.0.clone()));
            return (entry.map(|entry| entry.def.name), None);
        }
        _ => None,
    };
    let Some(asked) = asked else { return (None, None) };
    let known = match method {
        Method::ToolsCall => registry.tool(&asked).map(|entry| entry.def.name),
        _ => registry.prompt(&asked).map(|entry| entry.def.name),
    };
    match known {
        Some(known) => (Some(known), None),
        None => (None, Some(first(LONGEST, &asked).into())),
    }
}

/// The first characters of a text.
pub(crate) fn first(characters: usize, text: &str) -> &str {
    let end = text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("heard", &self.heard).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_call_themselves_has_a_longest_length() {
        assert_eq!(first(3, "größe"), "grö");
        assert_eq!(first(5, "größe"), "größe");
        let long = "ö".repeat(LONGEST_PRINCIPAL + 1);
        assert_eq!(first(LONGEST_PRINCIPAL, &long).chars().count(), LONGEST_PRINCIPAL);
    }
}
