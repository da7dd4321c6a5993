//! Questions of a session: requests of ours, and the client's responses to them.

use std::fmt;

use serde::Serialize;
use tokio::sync::oneshot;

use super::{Answer, Question};
use crate::context::notification;

/// Where a session notes which answers are to come.
pub(crate) trait Port: fmt::Debug + Send + Sync {
    /// An id for a new request, and where its answer comes out; `None` if too many are open.
    fn expect(&self) -> Option<(i64, oneshot::Receiver<Answer>)>;

    /// The answer is not waited for any more; whether it was.
    fn forget(&self, id: i64) -> bool;
}

/// The request that puts a question, whose parameters are written already.
pub(super) fn request(id: i64, question: &Question) -> Vec<u8> {
    let (method, params) = (question.kind.method(), &question.params);
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}","params":{params}}}"#).into_bytes()
}

/// The notification that takes it back (basic/utilities/cancellation).
pub(super) fn cancelled(id: i64) -> Option<Vec<u8>> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cancelled {
        request_id: i64,
        reason: &'static str,
    }
    let params = Cancelled { request_id: id, reason: "the answer is not needed any more" };
    notification("notifications/cancelled", &params)
}
