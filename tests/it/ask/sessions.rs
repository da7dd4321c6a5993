//! Sessions: a question is a request of the server, and its answer a response.

use super::*;
use crate::raw::patient;

const V25: Revision = Revision::V2025_11_25;

fn later(_: &str, _: &Value) -> Answer {
    Answer::Later
}

#[tokio::test]
async fn a_client_that_cannot_is_not_asked() {
    let capabilities = [
        (json!({}), [false, false, false]),
        (json!({ "elicitation": { "url": {} } }), [false, false, false]),
        (json!({ "elicitation": { "form": {}, "url": {} }, "roots": {} }), [true, false, true]),
        (json!({ "elicitation": null, "sampling": {} }), [false, true, false]),
    ];
    for (capabilities, can) in capabilities {
        let client =
            testing::connect_answering(server(), V25, capabilities, obliging).await.unwrap();
        let calls = [("greet", "elicitation"), ("ponder", "sampling"), ("folders", "roots")];
        for ((tool, capability), can) in calls.into_iter().zip(can) {
            let arguments = if tool == "ponder" { json!({ "question": "?" }) } else { json!({}) };
            let reply = client.call(tool, arguments).await.unwrap();
            assert_eq!(!reply.is_error(), can, "{}", reply.text());
            if !can {
                assert_eq!(reply.text(), format!("the client does not support `{capability}`"));
            }
        }
    }
    // Forms came later.
    let old = connect(Revision::V2025_03_26, obliging).await;
    assert!(old.call("greet", ()).await.unwrap().is_error());
    assert_eq!(old.call("ponder", json!({ "question": "?" })).await.unwrap().text(), "Paris (m-1)");
}

#[tokio::test]
async fn a_refusal_and_nonsense_are_errors_the_function_sees() {
    let refusal = |code| Answer::Refusal { code, message: "no thanks".to_owned() };
    let client = connect(V25, move |_, _| refusal(-1)).await;
    let reply = client.call("greet", ()).await.unwrap();
    assert_eq!((reply.is_error(), &*reply.text()), (true, "the client refused: no thanks (-1)"));
    for answer in [json!(7), json!({}), json!({ "action": "accept", "content": { "name": 7 } })] {
        let client = connect(V25, move |_, _| Answer::Result(answer.clone())).await;
        let text = client.call("greet", ()).await.unwrap().text();
        assert!(text.starts_with("the client's answer cannot be read"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_panics_fails_its_test() {
    let test = tokio::spawn(async {
        let client = connect(V25, |_, _| panic!("as asked")).await;
        for _ in 0..2 {
            let refusal = patient(client.call("greet", ())).await.unwrap_err();
            assert_eq!(refusal.message(), "the connection ended");
        }
    });
    let failure = test.await.unwrap_err().into_panic();
    let what = failure.downcast_ref::<&str>().unwrap();
    assert!(what.starts_with("an answer of this test's client panicked"), "{what}");
}

#[tokio::test]
async fn questions_are_told_apart_by_their_id() {
    let client = connect(V25, later).await;
    let answer = async {
        let mut questions = Vec::new();
        crate::raw::until(|| {
            questions.extend(client.notifications());
            questions.len() == 2
        })
        .await;
        let second = questions.pop().unwrap();
        let first = questions.pop().unwrap();
        assert_ne!(first["id"], second["id"]);
        for (question, name) in [(second, "B"), (first, "A")] {
            assert_eq!(question["method"], "elicitation/create");
            client.send(&json!({ "jsonrpc": "2.0", "id": 999, "result": accept("X") }));
            client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": accept(name) }));
        }
        let third = asked(&client).await;
        client.send(&json!({ "jsonrpc": "2.0", "id": third["id"], "result": accept("C") }));
    };
    let (reply, ()) = patient(async { tokio::join!(client.call("interview", ()), answer) }).await;
    assert_eq!(reply.unwrap().text(), "A B C");
}

#[tokio::test]
async fn a_question_nobody_answers_is_taken_back() {
    let client = connect(V25, later).await;
    let reply = client.call("impatient", ()).await.unwrap();
    assert_eq!(reply.text(), "the client did not answer within 20ms");
    let said = client.notifications();
    assert_eq!(said[1]["method"], "notifications/cancelled");
    assert_eq!(said[1]["params"]["requestId"], said[0]["id"]);
    // Its answer comes too late, and disturbs nobody.
    client.send(&json!({ "jsonrpc": "2.0", "id": said[0]["id"], "result": accept("late") }));

    let reply = client.call("fickle", json!({ "pause": 20 })).await.unwrap();
    assert_eq!(reply.text(), "lost interest");
    let said = client.notifications();
    assert_eq!(said[1]["params"]["requestId"], said[0]["id"]);
}

#[tokio::test]
async fn a_question_dropped_before_it_was_sent_is_not_sent() {
    let client = connect(V25, later).await;
    let reply = client.call("fickle", json!({ "pause": 0 })).await.unwrap();
    assert_eq!(reply.text(), "lost interest");
    let said = client.notifications();
    // It was sent unless the timer had run out at the first poll; then neither is said.
    assert!(said.is_empty() || said.len() == 2, "{said:?}");
}

#[tokio::test]
async fn the_time_of_a_call_rests_while_it_asks() {
    let client = connect(V25, later).await;
    for (after, text) in [(0, "done"), (1000, "timed out after 100ms")] {
        let answer = async {
            let question = asked(&client).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": accept("A") }));
        };
        let call = client.call("brief", json!({ "after": after }));
        let (reply, ()) = patient(async { tokio::join!(call, answer) }).await;
        assert_eq!(reply.unwrap().text(), text);
    }
}

#[tokio::test]
async fn a_cancelled_call_asks_no_more() {
    let client = connect(V25, later).await;
    // The handshake was request 1.
    let call = client.call("greet", ());
    let cancel = async {
        let question = asked(&client).await;
        client.notify("notifications/cancelled", json!({ "requestId": 2 }));
        client.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": accept("late") }));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    tokio::select! {
        reply = call => panic!("{reply:?}"),
        () = cancel => {}
    }
}

/// More than may be open at once: none of them is left behind.
#[tokio::test]
async fn questions_without_an_answer_leave_nothing() {
    const MORE: i64 = 300;
    let client = connect(V25, later).await;
    for _ in 0..MORE {
        let reply = client.call("fickle", json!({ "pause": 1 })).await.unwrap();
        assert_eq!(reply.text(), "lost interest");
    }
    client.notifications();
    // The handshake was request 1.
    for call in 0..MORE {
        let cancel = async {
            asked(&client).await;
            client.notify("notifications/cancelled", json!({ "requestId": MORE + call + 2 }));
        };
        tokio::select! {
            reply = client.call("greet", ()) => panic!("{reply:?}"),
            () = cancel => {}
        }
    }
    tokio::select! {
        reply = client.call("greet", ()) => panic!("{reply:?}"),
        question = asked(&client) => assert_eq!(question["method"], "elicitation/create"),
    }
}
