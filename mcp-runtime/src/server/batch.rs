use super::Session;
use crate::revision::Era;
use crate::wire::{Batch, Message, Unreadable};

impl Session {
    /// Whether a batch is served: only one revision has them (basic, "Batching"), and what
    /// describes itself never comes in one.
    pub(crate) fn takes(&self, batch: &Batch) -> bool {
        let is_stateless = |member: &Result<Message, Unreadable>| {
            let era = member.as_ref().map(|message| Era::peek(message, None));
            matches!(era, Ok(Era::Stateless))
        };
        self.handshake().is_some_and(|handshake| handshake.revision.facts().batches)
            && !batch.members.iter().any(is_stateless)
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
