use bytes::Bytes;

use super::batch::Batch;
use super::message::{Message, Unreadable};
use super::shape::Shape;
use super::{Code, ErrorObject};

/// What comes in one piece.
#[derive(Debug)]
pub(crate) enum Frame {
    Message(Message),
    Batch(Batch),
}

impl Frame {
    /// Reads what came. Not JSON: `-32700`; JSON but no JSON-RPC message, or one that holds more
    /// than it may: `-32600`.
    pub(crate) fn parse(bytes: Bytes, shape: &Shape) -> Result<Self, Unreadable> {
        shape.check(&bytes).map_err(|too_much| {
            let what = format!("the message is too large: {too_much}");
            Unreadable::refused(&bytes, ErrorObject::new(Code::INVALID_REQUEST, what))
        })?;
        match bytes.trim_ascii_start().first() {
            Some(b'[') => Batch::parse(&bytes).map(Self::Batch),
            _ => Message::parse(bytes).map(Self::Message),
        }
    }
}
