use std::io;

use bytes::Bytes;

use super::{Ended, Service};
use crate::context::SMALL;
use crate::wire::{Code, Encode, ErrorObject, Line, RequestId, SharedResult, Unreadable};

/// What is said to whoever comes then.
pub(crate) const STOPPING: &str = "the server is stopping; try again a little later";

/// How a request went, for transports that have words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It was handled; the answer may still be an error.
    Answered,
    /// It could not be handled: malformed, or of a revision we do not serve.
    Refused,
    /// Its method is not served.
    NotServed,
    /// Its caller lacks one of these scopes.
    Forbidden(&'static [&'static str]),
    /// The server is stopping.
    Stopping,
}

/// A response: one line of JSON.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) class: Class,
    pub(crate) ended: Ended,
    frame: Vec<u8>,
    /// What ends it, if others end with the same.
    shared: Option<SharedResult>,
}

impl Reply {
    pub(crate) fn result(id: &RequestId, result: &dyn Encode) -> Self {
        Self::result_within(id, result, usize::MAX)
    }

    /// As [`result`](Self::result), of so many bytes at most; an error if it would be longer.
    fn result_within(id: &RequestId, result: &dyn Encode, most: usize) -> Self {
        match response(Some(id), r#""result":"#, result, most) {
            Ok(frame) => Self { class: Class::Answered, ended: Ended::Done, frame, shared: None },
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let what = format!("the result is over {most} bytes");
                let what = format!("{what}; --max-result and --max-memory set the limit");
                let error = ErrorObject::new(Code::INTERNAL_ERROR, what);
                Self::error(Class::Answered, Some(id), &error)
            }
            Err(error) => {
                tracing::error!(%error, "a result cannot be written as JSON");
                Self::error(Class::Answered, Some(id), &ErrorObject::internal())
            }
        }
    }

    /// A result that is written already.
    pub(super) fn shared(id: &RequestId, result: SharedResult) -> Self {
        let frame = head(Some(id));
        Self { class: Class::Answered, ended: Ended::Done, frame, shared: Some(result) }
    }

    /// Its bytes.
    pub(crate) fn into_frame(self) -> Vec<u8> {
        let (mut frame, shared) = self.into_pieces();
        if let Some(shared) = shared {
            frame.reserve(shared.len() + 1); // where messages are lines there is a break behind it
            frame.extend_from_slice(&shared);
        }
        frame
    }

    /// Its bytes, if it is for a call: such replies share none.
    #[cfg(feature = "layers")]
    pub(super) fn of_call(&self) -> &[u8] {
        debug_assert!(self.shared.is_none(), "lists are no calls");
        &self.frame
    }

    /// Its bytes, and those behind them that it shares with others.
    pub(crate) fn into_pieces(self) -> (Vec<u8>, Option<Bytes>) {
        (self.frame, self.shared.map(SharedResult::into_bytes))
    }

    /// The same for another request: a frame begins with the id of its own.
    #[cfg(feature = "layers")]
    pub(super) fn readdressed(self, from: &RequestId, to: &RequestId) -> Self {
        match self.frame.strip_prefix(&*head(Some(from))) {
            Some(rest) => Self { frame: [&*head(Some(to)), rest].concat(), ..self },
            None => self,
        }
    }

    /// Says more of how a request ended that has a result.
    pub(super) fn ended(mut self, ended: Ended) -> Self {
        if self.ended == Ended::Done {
            self.ended = ended;
        }
        self
    }

    /// An error response; without an id if it could not be read.
    pub(crate) fn error(class: Class, id: Option<&RequestId>, error: &ErrorObject) -> Self {
        let (ended, frame) = (Ended::Failed(error.code), error_response(id, error));
        Self { class, ended, frame, shared: None }
    }

    /// The refusal of a request that came after the server was asked to stop.
    pub(crate) fn stopping(id: &RequestId) -> Self {
        let error = ErrorObject::new(Code::INTERNAL_ERROR, STOPPING);
        Self::error(Class::Stopping, Some(id), &error)
    }

    /// The answer to a message that is not one.
    pub(crate) fn unreadable(unreadable: &Unreadable) -> Self {
        Self::error(Class::Refused, unreadable.id.as_ref(), &unreadable.error)
    }
}

/// What a response begins with.
fn head(id: Option<&RequestId>) -> Vec<u8> {
    Line::message(id, usize::MAX).finish()
}

/// An error response as one line of JSON: of another error, if this one cannot be written.
fn error_response(id: Option<&RequestId>, error: &dyn Encode) -> Vec<u8> {
    response(id, r#""error":"#, error, usize::MAX).unwrap_or_else(|error| {
        tracing::error!(%error, "an error cannot be written as JSON");
        [&*head(id), br#""error":{"code":-32603,"message":"internal error"}}"#].concat()
    })
}

/// A response as one line of JSON; `name` is that of its last member, as JSON.
fn response(
    id: Option<&RequestId>,
    name: &str,
    value: &dyn Encode,
    most: usize,
) -> io::Result<Vec<u8>> {
    let mut line = Line::message(id, most);
    line.text(name)?;
    value.encode(&mut line)?;
    line.text("}")?;
    Ok(line.finish())
}

impl Service {
    /// The result of a function, if it is not larger than one may be, and there is memory for it.
    pub(super) fn reply(&self, id: &RequestId, result: &dyn Encode) -> Reply {
        // The value itself, and room for others that are written at the same time.
        let room = self.budget().room() / 3;
        let most = self.limits.max_result.min(room.max(SMALL));
        Reply::result_within(id, result, most)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    struct Unwritable;

    impl Encode for Unwritable {
        fn encode(&self, _: &mut Line) -> io::Result<()> {
            Err(io::ErrorKind::Other.into())
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_internal_error_of_its_request() {
        let id = RequestId::String("a \"b\"".into());
        let internal = json!({ "code": -32603, "message": "internal error" });
        for (frame, expected) in [
            (
                Reply::result(&id, &Unwritable).into_frame(),
                json!({ "jsonrpc": "2.0", "id": "a \"b\"", "error": internal }),
            ),
            (
                error_response(Some(&id), &Unwritable),
                json!({ "jsonrpc": "2.0", "id": "a \"b\"", "error": internal }),
            ),
            (error_response(None, &Unwritable), json!({ "jsonrpc": "2.0", "error": internal })),
        ] {
            assert_eq!(serde_json::from_slice::<Value>(&frame).unwrap(), expected);
        }
    }

    #[test]
    fn a_result_may_be_so_long_and_not_longer_whatever_its_id() {
        let id = RequestId::String("x".repeat(100).into());
        let whole = Reply::result(&id, &"four").into_frame();
        assert_eq!(Reply::result_within(&id, &"four", whole.len()).ended, Ended::Done);
        for most in [whole.len() - 1, 50, 0] {
            let refused = Reply::result_within(&id, &"four", most);
            assert_eq!(refused.ended, Ended::Failed(Code::INTERNAL_ERROR), "{most}");
        }
    }
}
