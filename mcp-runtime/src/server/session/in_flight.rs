use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use crate::context::Context;
use crate::wire::RequestId;

/// The calls of a session that run, found by their ids.
///
/// Nearly always they are few, and looking through them costs less than a hash. Those beyond have a
/// table: `--max-calls-per-session` may let a client have thousands.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    few: Vec<Context>,
    others: HashSet<ById>,
}

/// As many as are looked through.
const FEW: usize = 32;

impl InFlight {
    pub(super) fn len(&self) -> usize {
        self.few.len() + self.others.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Context> {
        self.few.iter().chain(self.others.iter().map(|ById(call)| call))
    }

    #[inline] // as the two below: every call passes all three
    pub(super) fn find(&self, id: &RequestId) -> Option<&Context> {
        match self.place(id) {
            Some(place) => Some(&self.few[place]),
            None => self.others.get(id).map(|ById(call)| call),
        }
    }

    /// One whose id is not among them.
    #[inline]
    pub(super) fn insert(&mut self, call: Context) {
        match self.few.len() < FEW {
            true => self.few.push(call),
            false => drop(self.others.insert(ById(call))),
        }
    }

    #[inline]
    pub(super) fn remove(&mut self, id: &RequestId) {
        if let Some(place) = self.place(id) {
            self.few.swap_remove(place);
        } else if self.others.remove(id) && self.others.is_empty() {
            self.others.shrink_to_fit(); // gives the memory of a crowd back
        }
    }

    /// Where it is among the few.
    fn place(&self, id: &RequestId) -> Option<usize> {
        self.few.iter().position(|call| call.request().id == *id)
    }
}

/// A call, equal to any other of its id.
#[derive(Debug)]
struct ById(Context);

impl Borrow<RequestId> for ById {
    fn borrow(&self) -> &RequestId {
        &self.0.request().id
    }
}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.request().id.hash(state);
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.request().id == other.0.request().id
    }
}

impl Eq for ById {}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, OnceLock};

    use bytes::Bytes;

    use super::*;
    use crate::context::{Asks, Caller, LogFilter, NoHeaders, Request, Voice};
    use crate::revision::Revision;
    use crate::wire::{Message, Method};

    fn call(id: &RequestId) -> Context {
        let text = Bytes::from_static(br#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#);
        let request = Request {
            message: Message::parse(text).unwrap(),
            id: id.clone(),
            method: Method::ToolsCall,
            revision: Revision::ALL[0],
            progress_token: None,
            log: LogFilter::Session(Arc::default()),
            client: OnceLock::new(),
            peer: Arc::new(NoHeaders(Caller::Local)),
            step: None,
        };
        Context::new(request, Arc::default(), Voice::new(None, &Arc::default()), Asks::default())
    }

    /// Of both kinds, in turn.
    fn ids(count: i64) -> Vec<RequestId> {
        let id = |number: i64| match number % 2 {
            0 => RequestId::Number(number),
            _ => RequestId::String((number - 1).to_string().into()),
        };
        (0..count).map(id).collect()
    }

    #[test]
    fn each_is_found_by_its_id_while_it_runs() {
        let ids = ids(100);
        let mut calls = InFlight::default();
        for id in &ids {
            assert!(calls.find(id).is_none());
            calls.insert(call(id));
            assert_eq!(calls.find(id).unwrap().request().id, *id);
        }
        assert_eq!((calls.len(), calls.iter().count()), (100, 100));
        // From the middle outwards, so that either side is the first to be empty once.
        let (early, late) = ids.split_at(50);
        for (gone, id) in late.iter().chain(early).enumerate() {
            calls.remove(id);
            assert!(calls.find(id).is_none());
            assert_eq!((calls.len(), calls.iter().count()), (99 - gone, 99 - gone));
        }
    }

    #[test]
    fn few_are_looked_through_however_many_there_are() {
        let ids = ids(10_000);
        let mut calls = InFlight::default();
        ids.iter().for_each(|id| calls.insert(call(id)));
        assert_eq!(calls.few.len(), FEW);
        ids.iter().for_each(|id| calls.remove(id));
        assert_eq!(calls.others.capacity(), 0);
    }
}
