//! Which era a message belongs to, and what each era does before a method is dispatched.
//!
//! The two eras behave differently here and nowhere else: [`handshake`] (sessions, until
//! 2025-11-25) and [`stateless`] (each request describes itself, from 2026-07-28). A `batch`, which
//! only sessions have, is taken apart before its messages come here.

mod batch;
mod handshake;
mod stateless;

use std::ops::ControlFlow;
use std::sync::Arc;

pub(crate) use batch::{asks, describes_itself};

use crate::context::{Request, TraceParent};
use crate::revision::{Era, Revision};
use crate::server::call::Origin;
use crate::server::reply::Reply;
use crate::server::session::Session;
use crate::server::watch::Watch;
use crate::server::{Incoming, Outcome, Service};
use crate::wire::{Member, Message, MessageKind, Method, RequestId};

/// The era of one message, decided on its raw JSON before any of it is typed.
impl Era {
    /// basic/versioning, in the order the specification's own suite needs:
    /// any reserved member of `_meta` or a stateless revision named by the transport makes a
    /// message stateless, except `initialize`, which only `_meta` makes so.
    pub(crate) fn of(message: &Message, named_version: Option<&str>) -> Self {
        let named = || {
            message.method() != Some(&Method::Initialize)
                && named_version
                    .and_then(Revision::named)
                    .is_some_and(|revision| revision.facts().era == Era::Stateless)
        };
        if message.describes_itself() || named() { Self::Stateless } else { Self::Handshake }
    }
}

impl Service {
    /// Takes one message. Never blocks and never panics on what a peer sends.
    pub(crate) fn handle(self: &Arc<Self>, incoming: Incoming) -> Outcome {
        match &incoming.message.kind {
            MessageKind::Request { id, method } => {
                let (id, method) = (id.clone(), method.clone());
                self.request(id, method, incoming)
            }
            MessageKind::Notification { method } => {
                if let (Method::Cancelled, Some(session)) = (method, &incoming.session) {
                    cancel(session, &incoming.message);
                }
                Outcome::Accepted
            }
            MessageKind::Response { id } => {
                if let Some(session) = &incoming.session {
                    session.answer(id, &incoming.message);
                }
                Outcome::Accepted
            }
        }
    }

    fn request(self: &Arc<Self>, id: RequestId, method: Method, incoming: Incoming) -> Outcome {
        let watch = Watch::begin(self, &incoming);
        let step = watch.as_ref().and_then(Watch::step);
        let outcome = if self.life.is_serving() {
            self.answer(id, method, step, incoming)
        } else {
            Reply::stopping(&id).into()
        };
        match watch {
            Some(watch) => watch.follow(outcome),
            None => outcome,
        }
    }

    #[inline]
    fn answer(
        self: &Arc<Self>,
        id: RequestId,
        method: Method,
        step: Option<Box<TraceParent>>,
        incoming: Incoming,
    ) -> Outcome {
        let settled = match Era::of(&incoming.message, incoming.peer.named_version()) {
            Era::Handshake => handshake::settle(self, id, method, step, incoming),
            Era::Stateless => stateless::settle(id, method, step, incoming),
        };
        match settled {
            Settled::Continue((request, origin)) => self.dispatch(request, origin),
            Settled::Break(answered) => answered,
        }
    }
}

/// A request for its method; or what became of it, if none was needed.
type Settled = ControlFlow<Outcome, (Request, Origin)>;

/// A cancellation that names nothing we know is ignored: it may have crossed the reply.
fn cancel(session: &Session, message: &Message) {
    if let Ok(Some(id)) = message.read::<RequestId>(Member::RequestId) {
        session.cancel(&id);
    }
}
