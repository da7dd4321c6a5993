//! Which era a message belongs to, and what each era does before a method is dispatched.
//!
//! The two eras behave differently here and nowhere else: [`handshake`] (sessions, until
//! 2025-11-25) and [`stateless`] (each request describes itself, from 2026-07-28).

mod handshake;
mod stateless;

use std::sync::Arc;

use super::reply::{Class, Reply};
use super::session::Session;
use super::watch::Watch;
use super::{Incoming, Outcome, Service};
use crate::revision::{Era, Revision};
use crate::wire::meta::RequestMeta;
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
            MessageKind::Request { id, .. } => {
                let id = id.clone();
                self.request(id, incoming)
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

    fn request(self: &Arc<Self>, id: RequestId, mut incoming: Incoming) -> Outcome {
        match Watch::begin(self, &mut incoming) {
            Some(watch) => watch.follow(self.answer(id, incoming)),
            None => self.answer(id, incoming),
        }
    }

    fn answer(self: &Arc<Self>, id: RequestId, incoming: Incoming) -> Outcome {
        if !self.life.is_serving() {
            return Reply::stopping(&id).into();
        }
        let Incoming { message, peer, .. } = &incoming;
        let refuse = |error| Reply::error(Class::Refused, Some(&id), &error).into();
        let meta = match RequestMeta::of(message) {
            Ok(meta) => meta,
            Err(error) => return refuse(error),
        };
        match Era::of(message, peer.named_version()) {
            Era::Handshake => {
                let token = meta.progress_token;
                handshake::request(self, id, token, incoming)
            }
            Era::Stateless => match stateless::settle(&meta, &incoming) {
                Ok(settled) => {
                    let token = meta.progress_token;
                    stateless::request(self, id, token, settled, incoming)
                }
                Err(error) => refuse(error),
            },
        }
    }
}

/// A cancellation that names nothing we know is ignored: it may have crossed the reply.
fn cancel(session: &Session, message: &Message) {
    if let Ok(Some(id)) = message.read::<RequestId>(Member::RequestId) {
        session.cancel(&id);
    }
}
