use http::HeaderMap;

use crate::context::{Caller, Peer};
use crate::wire::meta::RequestMeta;
use crate::wire::{ErrorObject, Message};

/// The sender of a posted message. Its headers are for functions to read; this transport itself
/// knows none that names a revision or mirrors a message.
#[derive(Debug)]
pub(super) struct SsePeer {
    pub(super) headers: HeaderMap,
    pub(super) caller: Caller,
}

impl Peer for SsePeer {
    fn caller(&self) -> &Caller {
        &self.caller
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn named_version(&self) -> Option<&str> {
        None
    }

    fn has_stream(&self) -> bool {
        true
    }

    fn mirrors(&self, _: &Message, _: &RequestMeta<'_>) -> Result<(), ErrorObject> {
        Ok(())
    }
}
