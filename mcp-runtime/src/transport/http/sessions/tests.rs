use std::task;

use super::*;
use crate::context::{AskError, Budget, Context, NoHeaders};
use crate::revision::Revision;
use crate::server::{Incoming, Outcome, Server};
use crate::transport::http::reply::stream::Events;
use crate::transport::http::reply::{MemoryEvents, Reader, StoredEvent};
use crate::wire::Message;

const SOON: Duration = Duration::from_millis(60);

fn session() -> Arc<Session> {
    Arc::new(Session::assumed(Revision::NEWEST_HANDSHAKE, &Arc::default(), Caller::Anyone))
}

fn sessions(limit: usize, idle: Duration) -> Arc<Sessions> {
    sessions_of(limit, idle, &Arc::default())
}

fn sessions_of(limit: usize, idle: Duration, life: &Arc<Life>) -> Arc<Sessions> {
    let limits = Limits::default().sessions(limit).session_idle(idle);
    let store = MemoryEvents::new(&limits, &Budget::new(limits.memory));
    Sessions::new(&limits, Arc::new(store), life)
}

/// Whether its reader is told that nothing follows.
fn has_ended(reader: &mut Reader) -> bool {
    let mut cx = task::Context::from_waker(task::Waker::noop());
    reader.poll_events(&mut cx, &mut Vec::new()).is_ready()
}

async fn until(condition: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(5);
    while !condition() {
        assert!(Instant::now() < patience, "waited too long");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn an_idle_session_is_swept_out_and_a_streaming_one_stays() {
    let sessions = sessions(10, SOON);
    for _ in 0..2 {
        let idle = sessions.register(session()).unwrap();
        let streaming = sessions.register(session()).unwrap();
        let stream = sessions.find(streaming, &Caller::Anyone).unwrap().streams.standalone();
        until(|| sessions.live() == 1).await;
        assert!(sessions.find(idle, &Caller::Anyone).is_none());
        tokio::time::sleep(2 * SOON).await;
        assert!(sessions.find(streaming, &Caller::Anyone).is_some());
        drop(stream);
        until(|| sessions.live() == 0).await;
        until(|| !sessions.lock().swept).await;
    }
}

/// Asks, and waits for the answer.
#[crate::tool]
async fn ask(ctx: &Context) -> Result<usize, AskError> {
    Ok(ctx.roots().await?.len())
}

#[tokio::test]
async fn a_session_whose_client_left_without_an_answer_is_idle() {
    let service = Server::new("test", "1").with(crate::tools![ask]).build(&()).await.unwrap();
    let session = Arc::new(Session::new(&service.room, Caller::Anyone));
    let hand_in = |message: String| {
        service.handle(Incoming {
            message: Message::parse(message.into()).unwrap(),
            session: Some(session.clone()),
            peer: Arc::new(NoHeaders(Caller::Anyone)),
            outbox: None,
        })
    };
    let revision = Revision::NEWEST_HANDSHAKE;
    hand_in(format!(
        r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{"roots":{{}}}}}}}}"#
    ));
    let call =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask"}}"#.to_owned();
    let Outcome::Pending(call) = hand_in(call) else { panic!("it waits for an answer") };
    let sessions = sessions(10, SOON);
    sessions.register(session.clone()).unwrap();
    let ended = tokio::spawn(call);
    until(|| sessions.live() == 0).await;
    assert!(ended.await.unwrap().is_none(), "it is cancelled with its session");
}

/// An author's store that does not do what it should.
#[derive(Debug)]
struct Broken;

impl EventStore for Broken {
    fn append(&self, _: &str, _: StoredEvent) {}

    fn after(&self, _: &str, _: u32, _: u64) -> Vec<StoredEvent> {
        Vec::new()
    }

    fn forget(&self, _: &str) {
        panic!("it cannot forget");
    }
}

#[tokio::test]
async fn a_store_that_panics_keeps_no_session() {
    let limits = Limits::default().session_idle(SOON);
    let sessions = Sessions::new(&limits, Arc::new(Broken), &Arc::default());
    for _ in 0..2 {
        sessions.register(session()).unwrap();
        sessions.register(session()).unwrap();
        until(|| sessions.live() == 0).await;
        until(|| !sessions.lock().swept).await;
    }
}

#[tokio::test]
async fn past_the_limit_the_session_ends_that_was_idle_for_longest() {
    let sessions = sessions(3, Duration::from_secs(60));
    let [first, second, third] = [(); 3].map(|()| sessions.register(session()).unwrap());
    assert!(sessions.find(first, &Caller::Anyone).is_some(), "which is a use of it");
    let fourth = sessions.register(session()).unwrap();
    assert!(sessions.find(second, &Caller::Anyone).is_none());
    let _streams =
        [first, third].map(|id| sessions.find(id, &Caller::Anyone).unwrap().streams.standalone());
    let fifth = sessions.register(session()).unwrap();
    assert!(sessions.find(fourth, &Caller::Anyone).is_none(), "others are in use");
    let _stream = sessions.find(fifth, &Caller::Anyone).unwrap().streams.standalone();
    assert!(sessions.register(session()).is_err(), "all are");
    assert!(sessions.end(first));
    assert!(!sessions.end(first));
    assert!(sessions.register(session()).is_ok());
}

#[tokio::test]
async fn a_second_stream_ends_the_first_and_closing_ends_all() {
    let service = Server::new("test", "1").build(&()).await.unwrap();
    let sessions = sessions_of(10, SOON, service.life());
    let id = sessions.register(session()).unwrap();
    let streams = sessions.find(id, &Caller::Anyone).unwrap().streams.clone();
    let (mut first, mut second) = (streams.standalone(), streams.standalone());
    assert!(has_ended(&mut first));
    assert!(!has_ended(&mut second));
    service.stop().await;
    sessions.close_streams();
    assert!(has_ended(&mut second));
    assert!(has_ended(&mut streams.standalone()));
    let late = sessions.register(session()).unwrap();
    assert!(has_ended(&mut sessions.find(late, &Caller::Anyone).unwrap().streams.standalone()));
}

#[tokio::test]
async fn abandoned_sessions_are_not_kept_alive_by_the_sweeper() {
    let sessions = sessions(10, SOON);
    sessions.register(session()).unwrap();
    let weak = Arc::downgrade(&sessions);
    drop(sessions);
    until(|| weak.strong_count() == 0).await;
}
