use std::sync::Arc;

use crate::context::{Asks, Context, Outbox, Request, Voice};
use crate::server::reply::{Class, Reply};
use crate::server::session::{Noted, Session};
use crate::server::{Service, rounds};

/// Where a request came from.
pub(in crate::server) struct Origin {
    /// The session it belongs to, if it is one of any.
    pub(in crate::server) session: Option<Arc<Session>>,
    /// Where its call says things; without one it has an outbox of its own.
    pub(in crate::server) outbox: Option<Arc<Outbox>>,
}

impl Service {
    /// What the function will see of its request, noted in the session that can cancel it.
    ///
    /// # Errors
    ///
    /// The refusal of a state that is none of ours, or of an id that is taken.
    pub(in crate::server) fn context(
        &self,
        request: Request,
        origin: Origin,
    ) -> Result<(Context, Noted), Reply> {
        let refuse = |id, error| Err(Reply::error(Class::Answered, Some(id), &error));
        let asks = match request.revision.facts().asks_in_rounds {
            true => match rounds::resume(self, &request.message, request.peer.caller()) {
                Ok(asks) => asks,
                Err(error) => return refuse(&request.id, error),
            },
            false => Asks::default(),
        };
        let voice = Voice::new(origin.outbox, &self.room);
        let context = Context::new(request, self.states.clone(), voice, asks);
        match Noted::new(origin.session, &context) {
            Ok(noted) => Ok((context, noted)),
            Err(error) => refuse(&context.request().id, error),
        }
    }
}
