use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::oneshot;

use crate::context::{Answer, AskError, unpoisoned};
use crate::wire::{Message, RequestId};

/// The requests a session has sent to its client and that are not answered yet.
#[derive(Debug)]
pub(super) struct Questions {
    most: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    last_id: i64,
    open: HashMap<i64, oneshot::Sender<Answer>>,
}

impl Questions {
    /// So many may be open at once.
    pub(super) fn new(most: usize) -> Self {
        Self { most, table: Mutex::default() }
    }

    /// An id, and where its answer comes out; `None` if too many are open.
    pub(super) fn expect(&self) -> Option<(i64, oneshot::Receiver<Answer>)> {
        let mut table = self.lock();
        if table.open.len() >= self.most {
            return None;
        }
        table.last_id += 1;
        let id = table.last_id;
        let (sender, answer) = oneshot::channel();
        table.open.insert(id, sender);
        Some((id, answer))
    }

    /// Whether its answer was still to come.
    pub(super) fn forget(&self, id: i64) -> bool {
        self.lock().open.remove(&id).is_some()
    }

    pub(super) fn answer(&self, id: &RequestId, response: &Message) {
        let waiting = match id {
            RequestId::Number(id) => self.lock().open.remove(id),
            RequestId::String(_) => None, // none of ours
        };
        if let Some(waiting) = waiting {
            // Whoever asked may just have stopped waiting.
            let _ = waiting.send(read(response));
        }
    }

    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.lock().open.len()
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        unpoisoned(self.table.lock())
    }
}

fn read(response: &Message) -> Answer {
    match response.outcome() {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(AskError::Refused { code: error.code, message: error.message }),
        Err(what) => Err(AskError::Malformed(what)),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn response(text: &'static str) -> Message {
        Message::parse(Bytes::from_static(text.as_bytes())).unwrap()
    }

    #[tokio::test]
    async fn answers_find_their_question_once() {
        let questions = Questions::new(8);
        let (first, answer) = questions.expect().unwrap();
        let (second, _) = questions.expect().unwrap();
        assert_ne!(first, second);
        let yes = response(r#"{"jsonrpc":"2.0","id":1,"result":{"a":1}}"#);
        questions.answer(&RequestId::Number(first), &yes);
        questions.answer(&RequestId::Number(first), &yes);
        questions.answer(&RequestId::Number(99), &yes);
        questions.answer(&RequestId::String("1".into()), &yes);
        assert_eq!(answer.await.unwrap().unwrap().get(), r#"{"a":1}"#);
        questions.forget(second);
        assert_eq!(questions.open(), 0);
    }

    #[test]
    fn a_refusal_keeps_its_code() {
        for (text, expected) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#,
                AskError::Refused { code: -1, message: "no".to_owned() },
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"error":{}}"#,
                AskError::Refused { code: 0, message: String::new() },
            ),
        ] {
            assert_eq!(read(&response(text)).unwrap_err(), expected);
        }
        let odd = read(&response(r#"{"jsonrpc":"2.0","id":1,"error":7}"#));
        assert!(matches!(odd, Err(AskError::Malformed(_))), "{odd:?}");
    }

    #[test]
    fn there_is_an_end_to_questions() {
        let questions = Questions::new(8);
        let open: Vec<_> = (0..8).map(|_| questions.expect().unwrap()).collect();
        assert!(questions.expect().is_none());
        questions.forget(open[0].0);
        assert!(questions.expect().is_some());
    }
}
