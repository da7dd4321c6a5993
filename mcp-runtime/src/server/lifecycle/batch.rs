use crate::revision::{Era, Revision};
use crate::server::Session;
use crate::wire::{Batch, Message, Unreadable};

/// Whether a message in it is of no session, by itself or by the revision the transport names.
pub(crate) fn describes_itself(batch: &Batch, named_version: Option<&str>) -> bool {
    let is_stateless = |member: &Result<Message, Unreadable>| {
        let era = member.as_ref().map(|message| Era::of(message, None));
        matches!(era, Ok(Era::Stateless))
    };
    let named = named_version.and_then(Revision::named);
    named.is_some_and(|revision| revision.facts().era == Era::Stateless)
        || batch.members.iter().any(is_stateless)
}

/// Whether something will be said to it.
pub(crate) fn asks(member: &Result<Message, Unreadable>) -> bool {
    member.as_ref().map_or(true, Message::is_request)
}

impl Session {
    /// Whether a batch is served: only one revision has them (basic, "Batching"), and what
    /// describes itself never comes in one.
    pub(crate) fn takes(&self, batch: &Batch) -> bool {
        self.handshake().is_some_and(|handshake| handshake.revision.facts().batches)
            && !describes_itself(batch, None)
    }

    /// The messages of a batch, each to be handled by itself; or their refusals. What cannot be
    /// answered is left out.
    pub(crate) fn unpack(&self, batch: Batch) -> Vec<Result<Message, Unreadable>> {
        let mut members = match self.takes(&batch) {
            true => batch.members,
            false => batch.refusals().into_iter().map(Err).collect(),
        };
        members.retain(|member| member.as_ref().map_or_else(|why| self.answers(why), |_| true));
        members
    }

    /// Whether what is no message is answered: without an id only where the revision has such
    /// answers.
    pub(crate) fn answers(&self, unreadable: &Unreadable) -> bool {
        let anyway = || {
            let handshake = self.handshake();
            handshake.is_none_or(|agreed| agreed.revision.facts().answers_without_id)
        };
        let answered = unreadable.id.is_some() || anyway();
        if !answered {
            tracing::warn!(error = %unreadable.error.message, "dropped what is no message");
        }
        answered
    }
}
