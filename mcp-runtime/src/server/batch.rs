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

    /// The messages of a batch, each to be handled by itself; or their refusals.
    pub(crate) fn unpack(&self, batch: Batch) -> Vec<Result<Message, Unreadable>> {
        match self.takes(&batch) {
            true => batch.members,
            false => batch.refusals().into_iter().map(Err).collect(),
        }
    }
}
