//! Calls that have not ended: each runs in a task of its own, and what it says comes back here.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc;

use crate::server::{Event, PendingCall, Reply};

/// Frames of all calls together that wait for a slow client; past that each call keeps its own.
const WAITING: usize = 64;

pub(super) struct Calls {
    sender: mpsc::Sender<Vec<u8>>,
    frames: mpsc::Receiver<Vec<u8>>,
}

impl Calls {
    pub(super) fn new() -> Self {
        let (sender, frames) = mpsc::channel(WAITING);
        Self { sender, frames }
    }

    pub(super) fn start(&self, call: PendingCall) {
        tokio::spawn(run(call, self.sender.clone()));
    }

    /// What a call says next.
    pub(super) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Vec<u8>> {
        // Never closed: we hold a sender.
        self.frames.poll_recv(cx).map(Option::unwrap_or_default)
    }

    /// What the calls still say; it ends with the last of them.
    pub(super) fn into_frames(self) -> mpsc::Receiver<Vec<u8>> {
        self.frames
    }
}

async fn run(mut call: PendingCall, sender: mpsc::Sender<Vec<u8>>) {
    while let Some(event) = call.next().await {
        let Some(room) = room(&sender, &mut call).await else { return };
        let (Event::Notification(frame)
        | Event::Request(frame)
        | Event::Reply(Reply { frame, .. })) = event;
        room.send(frame);
    }
}

/// Waits for room in the queue while the function goes on; `None` if nobody wants to know any more.
async fn room<'a>(
    sender: &'a mpsc::Sender<Vec<u8>>,
    call: &mut PendingCall,
) -> Option<mpsc::Permit<'a, Vec<u8>>> {
    let mut room = pin!(sender.reserve());
    poll_fn(|cx| {
        if call.poll_run(cx).is_ready() {
            return Poll::Ready(None);
        }
        room.as_mut().poll(cx).map(Result::ok)
    })
    .await
}
