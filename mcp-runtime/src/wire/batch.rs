use bytes::Bytes;

use super::message::{Message, MessageKind, Unreadable, not_json};
use super::scan::{Scan, Span};
use super::{Code, ErrorObject};

/// An array of messages (JSON-RPC 2.0, "Batch"). Not every revision has them.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) members: Vec<Result<Message, Unreadable>>,
}

/// Messages in one batch; a client that has more sends two.
pub(crate) const MEMBERS: usize = 1000;

impl Batch {
    /// Of text that begins with a bracket.
    pub(super) fn parse(bytes: &Bytes) -> Result<Self, Unreadable> {
        let text = str::from_utf8(bytes).map_err(|_| not_json("not UTF-8"))?;
        let mut members = Vec::new();
        let mut scan = Scan::new(text);
        let array = scan.array(|scan| {
            members.push(scan.value()?);
            Some(())
        });
        array.and_then(|()| scan.end()).ok_or_else(|| not_json("not JSON"))?;
        if members.is_empty() {
            return Err(Self::empty());
        }
        if members.len() > MEMBERS {
            return Err(refused(format!("a batch may have {MEMBERS} messages: send several")));
        }
        let member = |place: Span| Message::parse(bytes.slice(place.range()));
        Ok(Self { members: members.into_iter().map(member).collect() })
    }

    /// Its refusal where batches are not served. Somebody may wait for each id; if there is none,
    /// one refusal tells.
    pub(crate) fn refusals(self) -> Vec<Unreadable> {
        let ids = self.members.into_iter().filter_map(|member| match member {
            Ok(Message { kind: MessageKind::Request { id, .. }, .. }) => Some(id),
            Ok(_) => None,
            Err(unreadable) => unreadable.id,
        });
        let refusals: Vec<_> =
            ids.map(|id| Unreadable { id: Some(id), ..Self::refusal() }).collect();
        if refusals.is_empty() { vec![Self::refusal()] } else { refusals }
    }

    /// The refusal of one in which nothing is a message.
    pub(crate) fn empty() -> Unreadable {
        refused("a batch without messages")
    }

    pub(crate) fn refusal() -> Unreadable {
        refused("batches are not served in this revision: send one message at a time")
    }
}

fn refused(what: impl Into<String>) -> Unreadable {
    Unreadable { id: None, error: ErrorObject::new(Code::INVALID_REQUEST, what.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Frame, RequestId, Shape};

    const SHAPE: Shape =
        Shape { depth: 10, members: 10, elements: 10 * MEMBERS, values: 10 * MEMBERS };

    fn batch(text: &str) -> Result<Batch, Unreadable> {
        match Frame::parse(Bytes::copy_from_slice(text.as_bytes()), &SHAPE)? {
            Frame::Batch(batch) => Ok(batch),
            Frame::Message(message) => panic!("{message:?}"),
        }
    }

    #[test]
    fn each_member_is_a_message_or_says_why_not() {
        let batch = batch(r#" [{"jsonrpc":"2.0","id":1,"method":"ping"}, {"id":"x"}, 7, []] "#);
        let members = batch.unwrap().members;
        assert!(members[0].is_ok());
        assert_eq!(members[1].as_ref().unwrap_err().id, Some(RequestId::String("x".into())));
        assert_eq!(members[2].as_ref().unwrap_err().error.code, Code::INVALID_REQUEST);
        assert_eq!(members[3].as_ref().unwrap_err().error.code, Code::INVALID_REQUEST);
    }

    #[test]
    fn what_is_no_batch_is_told_apart() {
        for (text, code) in [
            ("[", Code::PARSE_ERROR),
            ("[1,]", Code::PARSE_ERROR),
            ("[]", Code::INVALID_REQUEST),
            ("[\u{7f}]", Code::PARSE_ERROR),
        ] {
            assert_eq!(batch(text).unwrap_err().error.code, code, "{text}");
        }
    }

    #[test]
    fn a_batch_may_be_so_large_and_not_larger() {
        let of = |count: usize| batch(&format!("[{}]", vec!["1"; count].join(",")));
        assert_eq!(of(MEMBERS).unwrap().members.len(), MEMBERS);
        assert_eq!(of(MEMBERS + 1).unwrap_err().error.code, Code::INVALID_REQUEST);
    }
}
