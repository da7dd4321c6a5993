//! What becomes of a question when its call, its session or its asker ends first.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use tokio::sync::{Notify, mpsc};

use super::rounds::V26;
use super::*;
use crate::raw::{patient, until};

const V25: Revision = Revision::V2025_11_25;

/// Asks from a task of its own, and waits for it.
#[tool]
async fn delegate(ctx: &Context) -> Result<String, String> {
    let ctx = ctx.clone();
    let task = tokio::spawn(async move {
        tokio::task::yield_now().await;
        ctx.elicit::<Name>("Who?").await
    });
    let answer = task.await.map_err(|error| error.to_string())?;
    answer.map(|answer| format!("{answer:?}")).map_err(|error| error.to_string())
}

/// Where orphans report, and learn that their call is over.
struct Orphans {
    reports: mpsc::UnboundedSender<Result<Elicited<Name>, AskError>>,
    over: Arc<Notify>,
}

/// Leaves a task behind that asks: before the call ends, or after it.
#[tool]
async fn orphan(ctx: &Context, orphans: &Orphans, before: bool) -> &'static str {
    let (ctx, reports, over) = (ctx.clone(), orphans.reports.clone(), orphans.over.clone());
    let (begin, begun) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut asking = std::pin::pin!(ctx.elicit::<Name>("Is somebody there?"));
        if before {
            let first = std::future::poll_fn(|cx| Poll::Ready(asking.as_mut().poll(cx)));
            assert!(first.await.is_pending());
        }
        begin.send(()).unwrap();
        if !before {
            over.notified().await;
        }
        let _ = reports.send(asking.await);
    });
    begun.await.unwrap();
    "gone"
}

/// Counts its own end.
#[derive(Clone, Default)]
struct Dropped(Arc<AtomicUsize>);

struct Guard<'a>(&'a Dropped);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Asks, and is counted when it is dropped.
#[tool]
async fn guarded(ctx: &Context, dropped: &Dropped) -> Result<(), AskError> {
    let _guard = Guard(dropped);
    ctx.elicit::<Name>("Who?").await.map(|_| ())
}

/// Tells what went wrong by its kind.
#[tool]
async fn diagnose(ctx: &Context) -> String {
    match ctx.sample([PromptMessage::user("?")]).await {
        Err(AskError::Refused { code: -1, .. }) => "the user said no".to_owned(),
        Err(AskError::Refused { code: -32601, .. }) => "it cannot".to_owned(),
        Err(AskError::Refused { code: -32602, message }) => format!("our mistake: {message}"),
        other => format!("{other:?}"),
    }
}

struct Ending {
    server: Server,
    reported: mpsc::UnboundedReceiver<Result<Elicited<Name>, AskError>>,
    over: Arc<Notify>,
    dropped: Dropped,
}

fn ending() -> Ending {
    let (reports, reported) = mpsc::unbounded_channel();
    let (over, dropped) = (Arc::<Notify>::default(), Dropped::default());
    let server = server()
        .state(Orphans { reports, over: over.clone() })
        .state(dropped.clone())
        .with(tools![delegate, orphan, guarded, diagnose]);
    Ending { server, reported, over, dropped }
}

#[tokio::test]
async fn another_task_may_ask_while_the_call_waits_for_it() {
    for revision in ERAS {
        let client = testing::connect_answering(ending().server, revision, everything(), obliging);
        let client = client.await.unwrap();
        let reply = patient(client.call("delegate", ())).await.unwrap();
        assert_eq!(reply.text(), r#"Accepted(Name { name: "Alice" })"#, "{revision}");
    }
}

/// It must not wait for an answer that cannot come: that would be a leak per call.
#[tokio::test]
async fn a_question_that_outlives_its_call_has_no_answer() {
    for revision in ERAS {
        let Ending { server, mut reported, over, .. } = ending();
        let silent = |_: &str, _: &Value| Answer::Later;
        let client = testing::connect_answering(server, revision, everything(), silent);
        let client = client.await.unwrap();
        for before in [true, false] {
            let params = json!({ "name": "orphan", "arguments": { "before": before } });
            patient(client.request("tools/call", params)).await.unwrap();
            over.notify_one();
            let answer = patient(reported.recv()).await.unwrap();
            assert_eq!(answer.unwrap_err(), AskError::NoStream, "{revision} {before}");
        }
        // What was sent before the call ended was taken back; what was not was not sent.
        let said = client.notifications();
        let ids: Vec<_> =
            said.iter().map(|one| [&one["id"], &one["params"]["requestId"]]).collect();
        assert!(ids.is_empty() || (ids.len() == 2 && ids[0][0] == ids[1][1]), "{said:?}");
    }
}

#[tokio::test]
async fn the_client_of_a_cancelled_call_is_told_that_its_question_is_too() {
    let Ending { server, dropped, .. } = ending();
    let silent = |_: &str, _: &Value| Answer::Later;
    let client = testing::connect_answering(server, V25, everything(), silent).await.unwrap();
    let cancel = async {
        let question = asked(&client).await;
        client.notify("notifications/cancelled", json!({ "requestId": 2 }));
        let mut said = Vec::new();
        until(|| {
            said.extend(client.notifications());
            !said.is_empty()
        })
        .await;
        assert_eq!(said[0]["method"], "notifications/cancelled", "{said:?}");
        assert_eq!(said[0]["params"]["requestId"], question["id"]);
        // Late, twice, and to nobody.
        for _ in 0..2 {
            let late = json!({ "jsonrpc": "2.0", "id": question["id"], "result": accept("late") });
            client.send(&late);
        }
        until(|| dropped.0.load(Ordering::SeqCst) == 1).await;
    };
    // The handshake was request 1.
    tokio::select! {
        reply = client.call("guarded", ()) => panic!("{reply:?}"),
        () = cancel => {}
    }
    // The session goes on.
    tokio::select! {
        reply = client.call("greet", ()) => panic!("{reply:?}"),
        question = asked(&client) => assert_eq!(question["method"], "elicitation/create"),
    }
}

#[tokio::test]
async fn a_session_that_ends_ends_what_is_asked() {
    let Ending { server, dropped, .. } = ending();
    let silent = |_: &str, _: &Value| Answer::Later;
    let client = testing::connect_answering(server, V25, everything(), silent).await.unwrap();
    tokio::select! {
        reply = client.call("guarded", ()) => panic!("{reply:?}"),
        _ = asked(&client) => {}
    }
    drop(client);
    until(|| dropped.0.load(Ordering::SeqCst) == 1).await;
}

#[tokio::test]
async fn a_refusal_says_why_by_its_code() {
    for (code, text) in [
        (-1, "the user said no"),
        (-32601, "it cannot"),
        (-32602, "our mistake: really"),
        (7, r#"Err(Refused { code: 7, message: "really" })"#),
    ] {
        let respond = move |_: &str, _: &Value| Answer::Refusal { code, message: "really".into() };
        let client = testing::connect_answering(ending().server, V25, everything(), respond);
        let reply = client.await.unwrap().call("diagnose", ()).await.unwrap();
        assert_eq!(reply.text(), text);
    }
    // In rounds nobody refuses: the client does not come back.
    let respond = |_: &str, _: &Value| Answer::Refusal { code: -1, message: "no".into() };
    let client =
        testing::connect_answering(ending().server, V26, everything(), respond).await.unwrap();
    let params = json!({ "name": "diagnose", "arguments": {} });
    let result = client.request("tools/call", params).await.unwrap();
    assert_eq!(result["resultType"], "input_required");
}
