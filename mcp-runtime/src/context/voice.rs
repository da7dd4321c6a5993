use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use tokio::time::Instant;

use super::outbox::{Outbox, Room};
use super::poison::unpoisoned;
use crate::wire::RequestId;

/// What a call may say before its reply, and where it goes.
#[derive(Debug)]
pub(crate) struct Voice {
    outlet: Outlet,
    said: Mutex<Said>,
}

/// The way to the client.
#[derive(Debug)]
enum Outlet {
    /// All calls of a connection share one stream.
    Shared(Arc<Outbox>),
    /// The call has a stream of its own, made when it is needed.
    Own(OnceLock<Arc<Outbox>>, Arc<Room>),
}

#[derive(Debug, Default)]
struct Said {
    /// Progress has to grow strictly (basic/utilities/progress).
    progress: Option<f64>,
    /// When that was.
    moved: Option<Instant>,
    /// The reply is made: nothing may follow it.
    ended: bool,
}

impl Voice {
    /// A call speaks through `outbox`; without one it has one of its own, in which there is `room`.
    pub(crate) fn new(outbox: Option<Arc<Outbox>>, room: &Arc<Room>) -> Self {
        let outlet = match outbox {
            Some(outbox) => Outlet::Shared(outbox),
            None => Outlet::Own(OnceLock::new(), room.clone()),
        };
        Self { outlet, said: Mutex::default() }
    }

    /// Where what the call says waits.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        match &self.outlet {
            Outlet::Shared(outbox) => outbox,
            Outlet::Own(outbox, room) => outbox.get_or_init(|| Arc::new(Outbox::new(room))),
        }
    }

    /// What the call has said, for whoever sends it in one piece with the reply; nothing if it is
    /// on its way already.
    pub(crate) fn take_said(&self) -> Vec<Vec<u8>> {
        match &self.outlet {
            Outlet::Own(outbox, _) => {
                outbox.get().into_iter().flat_map(|own| std::iter::from_fn(|| own.pop())).collect()
            }
            Outlet::Shared(_) => Vec::new(),
        }
    }

    /// Says how far the work is, unless that does not exceed what was said before; makes the frame
    /// only if so.
    pub(super) fn progress(
        &self,
        token: Option<&RequestId>,
        done: f64,
        frame: impl FnOnce(&RequestId) -> Option<Vec<u8>>,
    ) {
        let mut said = self.said();
        let grows = done.is_finite() && said.progress.is_none_or(|last| done > last);
        if said.ended || !grows {
            return;
        }
        said.moved = Some(Instant::now());
        let frame = token.and_then(|token| Some((token, frame(token)?)));
        if token.is_none() || frame.is_some() {
            said.progress = Some(done);
        }
        if let Some((token, frame)) = frame {
            self.outbox().progress(token, frame);
        }
    }

    /// When the call has last said that it goes on.
    pub(crate) fn last_progress(&self) -> Option<Instant> {
        self.said().moved
    }

    pub(super) fn log(&self, frame: Option<Vec<u8>>) {
        let said = self.said();
        if let Some(frame) = frame
            && !said.ended
        {
            self.outbox().log(frame);
        }
    }

    /// Asks the client; false if nothing may be said any more, or nobody would hear it.
    pub(super) fn ask(&self, id: i64, frame: Vec<u8>) -> bool {
        let said = self.said();
        !said.ended && self.outbox().question(id, frame)
    }

    /// Takes a question back: one that was not sent is simply not sent, of another `cancelled`
    /// tells the client, even after the reply.
    pub(super) fn retract(&self, id: i64, cancelled: impl FnOnce() -> Option<Vec<u8>>) {
        if !self.outbox().retract(id)
            && let Some(frame) = cancelled()
        {
            self.outbox().send(frame);
        }
    }

    /// Lets the connection go for which the client can come back.
    pub(super) fn part(&self) {
        let said = self.said();
        if !said.ended {
            self.outbox().part();
        }
    }

    /// Nothing may be said any more.
    pub(crate) fn end(&self) {
        self.said().ended = true;
    }

    fn said(&self) -> MutexGuard<'_, Said> {
        unpoisoned(self.said.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_grows_strictly() {
        let voice = Voice::new(None, &Arc::default());
        for done in [1.0, 1.0, 3.0, 2.0, f64::NAN, 4.0] {
            let frame = |_: &RequestId| Some(done.to_string().into_bytes());
            voice.progress(Some(&RequestId::Number(1)), done, frame);
        }
        assert_eq!(voice.take_said(), [b"1", b"3", b"4"]);
    }

    #[test]
    fn nothing_follows_the_reply() {
        let voice = Voice::new(None, &Arc::default());
        voice.end();
        voice.log(Some(b"late".to_vec()));
        voice.progress(Some(&RequestId::Number(1)), 1.0, |_| Some(b"late".to_vec()));
        assert!(!voice.ask(1, b"late".to_vec()));
        assert!(voice.take_said().is_empty());
    }

    #[test]
    fn what_is_on_its_way_is_not_taken() {
        let shared = Arc::new(Outbox::default());
        let voice = Voice::new(Some(shared.clone()), &Arc::default());
        voice.log(Some(b"l".to_vec()));
        assert!(voice.take_said().is_empty());
        assert_eq!(shared.pop(), Some(b"l".to_vec()));
    }
}
