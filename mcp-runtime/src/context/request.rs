use std::sync::{Arc, OnceLock};

use super::{Client, LogFilter, Peer, TraceParent};
use crate::revision::Revision;
use crate::wire::{Message, Method, RequestId};

/// A request whose era and revision are settled. From here on both eras are one.
pub(crate) struct Request {
    pub(crate) message: Message,
    pub(crate) id: RequestId,
    pub(crate) method: Method,
    pub(crate) revision: Revision,
    pub(crate) progress_token: Option<RequestId>,
    pub(crate) log: LogFilter,
    /// What the session knows of its client; without a session it stands in the message.
    pub(crate) client: OnceLock<Arc<Client>>,
    pub(crate) peer: Arc<dyn Peer>,
    /// Our own step of its trace, if steps are recorded.
    pub(crate) step: Option<Box<TraceParent>>,
}

impl Request {
    /// The client's declaration of itself, in this request or in its session.
    pub(crate) fn client(&self) -> &Client {
        self.client.get_or_init(|| Arc::new(Client::of_request(self.revision, &self.message)))
    }
}
