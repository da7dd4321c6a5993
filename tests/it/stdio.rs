//! A server as a child process: what its client sees over each kind of stdin and stdout.

pub(crate) mod client;
mod ends;

use std::time::{Duration, Instant};

use client::{Client, request};
use serde_json::{Value, json};

#[test]
fn everything_read_before_the_end_is_answered() {
    let mut client = Client::piped();
    client.call(1, "sleep", json!({ "milliseconds": 200 }));
    client.call(2, "sleep", json!({ "milliseconds": 60_000 }));
    client.call(3, "block", json!({ "milliseconds": 60_000 }));
    client.send_bytes(request(4, "ping").as_bytes()); // no line end
    let hung_up = Instant::now();
    client.hang_up();
    assert_eq!(client.next()["id"], 4);
    assert_eq!(client.next()["id"], 1);
    client.exits_well();
    let took = hung_up.elapsed();
    assert!(took >= Duration::from_millis(900), "calls have a second to end: {took:?}");
    assert!(took < Duration::from_secs(4), "they have no more than that: {took:?}");
}

#[test]
fn an_idle_server_ends_at_once() {
    let mut client = Client::piped();
    let hung_up = Instant::now();
    client.hang_up();
    client.exits_well();
    let took = hung_up.elapsed();
    assert!(took < Duration::from_millis(900), "it waited for nothing: {took:?}");
}

#[test]
fn a_client_that_does_not_read_any_more_ends_it() {
    let mut client = Client::paused();
    client.call(1, "sleep", json!({ "milliseconds": 60_000 }));
    client.stop_reading(); // and stdin stays open
    client.exits_well();
}

#[test]
fn it_ends_with_its_parent_though_stdin_stays_open() {
    let script = r#"exec 3<&0; "$0" <&3 3<&- & wait"#;
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, client::SERVER]);
    let mut client = Client::piped_to(command);
    client.handshake("2025-11-25");
    client.kill(); // the shell
    client.hangs_up();
}

#[test]
fn prints_do_not_reach_the_client() {
    let mut client = Client::piped();
    client.call(1, "print", json!({ "text": "from the server" }));
    client.call(2, "script", json!({ "text": "echo from a child; cat" }));
    let mut ids = [client.next(), client.next()].map(|reply| reply["id"].clone());
    ids.sort_by_key(Value::as_i64);
    assert_eq!(ids, [1, 2]);
    client.hang_up();
    client.exits_well();
    let printed = client.printed();
    for text in ["from the server\n", "from a child\n"] {
        assert!(printed.contains(text), "{text:?} is not in {printed:?}");
    }
}

#[test]
fn children_do_not_hold_the_wire() {
    let mut client = Client::piped();
    client.call(1, "script", json!({ "text": "sleep 30 2>/dev/null >&2 &" }));
    assert_eq!(client.next()["id"], 1);
    client.hang_up();
    client.exits_well();
    client.hangs_up(); // though the child lives on
}

#[test]
fn a_panic_is_the_answer_to_one_request() {
    let mut client = Client::piped();
    client.call(1, "fail", json!({}));
    assert_eq!(client.next()["error"]["code"], -32603);
    client.call(2, "add", json!({ "a": 1, "b": 2 }));
    assert_eq!(client.next()["result"]["structuredContent"]["result"], 3);
}

#[test]
fn a_blocking_function_does_not_hold_up_a_ping() {
    let mut client = Client::piped();
    let sent = Instant::now();
    client.call(1, "block", json!({ "milliseconds": 2000 }));
    client.send(&request(2, "ping"));
    assert_eq!(client.next()["id"], 2);
    let took = sent.elapsed();
    assert!(took < Duration::from_millis(1500), "the ping waited: {took:?}");
    assert_eq!(client.next()["id"], 1);
}

#[test]
fn calls_run_at_the_same_time() {
    for tool in ["sleep", "block"] {
        // The best of three, because other tests want the processors too.
        let took = (0..3).map(|_| time_of_64(tool)).min().unwrap();
        assert!(took < Duration::from_millis(250), "64 × 100 ms of `{tool}` took {took:?}");
    }
}

fn time_of_64(tool: &str) -> Duration {
    let mut client = Client::piped();
    let sent = Instant::now();
    (0..64).for_each(|id| client.call(id, tool, json!({ "milliseconds": 100 })));
    let mut ids: Vec<_> = (0..64).map(|_| client.next()["id"].as_i64()).collect();
    let took = sent.elapsed();
    ids.sort();
    assert_eq!(ids, (0..64).map(Some).collect::<Vec<_>>());
    took
}

#[test]
fn past_a_number_of_running_calls_others_are_refused_but_pings_are_not() {
    let mut client = Client::piped();
    (0..257).for_each(|id| client.call(id, "sleep", json!({ "milliseconds": 60_000 })));
    let refusal = client.next();
    assert_eq!((&refusal["id"], &refusal["error"]["code"]), (&json!(256), &json!(-32603)));
    client.send(&request(2000, "ping"));
    assert_eq!(client.next()["result"], json!({}));
}

#[test]
fn a_cancelled_call_is_not_answered() {
    let mut client = Client::piped();
    client.call(1, "sleep", json!({ "milliseconds": 60_000 }));
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } });
    client.send(&cancel.to_string());
    client.send(&request(2, "ping"));
    assert_eq!(client.next()["id"], 2);
    let hung_up = Instant::now();
    client.hang_up();
    client.exits_well();
    let took = hung_up.elapsed();
    assert!(took < Duration::from_millis(900), "the cancelled call still ran: {took:?}");
}

#[test]
fn a_line_over_the_limit_is_an_error_and_the_connection_goes_on() {
    let mut client = Client::piped();
    let long = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping", "x": "x".repeat(9 << 20) });
    client.send(&long.to_string());
    client.send(&request(2, "ping"));
    let error = client.next();
    assert_eq!(error["error"]["code"], -32600);
    assert!(error["error"]["message"].as_str().unwrap().contains("4194304"), "{error}");
    assert_eq!(error.get("id"), None);
    assert_eq!(client.next()["id"], 2);
}

#[test]
fn old_revisions_have_no_answer_without_an_id() {
    for (revision, answered) in
        [("2024-11-05", false), ("2025-03-26", false), ("2025-06-18", false), ("2025-11-25", true)]
    {
        let mut client = Client::piped_to(std::process::Command::new(client::SERVER));
        client.handshake(revision);
        client.send("no JSON");
        client.send(r#"{"jsonrpc":"2.0","id":1}"#); // legible, so answered in all of them
        client.send(&request(2, "ping"));
        if answered {
            assert_eq!(client.next()["error"]["code"], -32700, "{revision}");
        }
        assert_eq!(client.next()["id"], 1, "{revision}");
        assert_eq!(client.next()["id"], 2, "{revision}");
    }
}

#[test]
fn a_client_may_write_before_it_reads() {
    let mut client = Client::paused();
    let text = "x".repeat(10_000);
    (0..300).for_each(|id| client.call(id, "echo", json!({ "text": text })));
    client.read();
    let ids: std::collections::HashSet<_> =
        (0..300).map(|_| client.next()["id"].as_i64()).collect();
    assert_eq!(ids.len(), 300);
}

/// It has closed its end, and takes its time with what it asked for: longer than calls would have.
#[test]
fn a_client_that_reads_slowly_after_its_last_word_misses_nothing() {
    const REPLIES: i64 = 300;
    let mut client = Client::paused();
    let text = "x".repeat(10_000);
    (0..REPLIES).for_each(|id| client.call(id, "echo", json!({ "text": text })));
    client.hang_up();
    let hung_up = Instant::now();
    let replies = client.read_slowly(Duration::from_millis(5));
    assert!(hung_up.elapsed() > Duration::from_secs(1), "not slow: {:?}", hung_up.elapsed());
    assert_eq!(replies.len(), 1 + REPLIES as usize);
    client.exits_well();
}

#[test]
fn a_call_that_runs_on_after_the_last_word_of_its_client_gets_an_error() {
    let mut client = Client::piped();
    client.call(1, "sleep", json!({ "milliseconds": 600_000 }));
    client.call(2, "block", json!({ "milliseconds": 600_000 }));
    client.hang_up();
    for _ in [1, 2] {
        let error = client.next();
        let what = error["error"]["message"].as_str().unwrap_or_default();
        assert!(what.contains("the server stopped before"), "{error}");
    }
    client.exits_well();
}

#[test]
fn a_client_that_does_not_read_stops_no_function() {
    const TIMES: i64 = 20_000;
    let mut client = Client::paused();
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "report", "arguments": { "times": TIMES }, "_meta": { "progressToken": 1 } },
    });
    client.send(&call.to_string());
    client.prints("reported");
    client.read();
    let mut notifications = 0;
    while client.next().get("id").is_none() {
        notifications += 1;
    }
    assert!(notifications < TIMES, "what was not read was kept: {notifications} notifications");
}

#[test]
fn a_client_that_listens_beside_its_session_hangs_up() {
    let mut client = Client::piped();
    let listen = json!({
        "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen",
        "params": {
            "notifications": { "toolsListChanged": true },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    })
    .to_string();
    let acknowledged = "notifications/subscriptions/acknowledged";
    client.send(&listen);
    assert_eq!(client.next()["method"], acknowledged);
    client.send(&listen);
    assert_eq!(client.next()["error"]["code"], -32600, "its id is taken");
    let cancel = json!({ "requestId": 1 });
    let cancel = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel });
    client.send(&cancel.to_string());
    client.call(2, "sleep", json!({ "milliseconds": 10 }));
    assert_eq!(client.next()["id"], 2, "who has cancelled is told nothing more");
    client.send(&listen);
    assert_eq!(client.next()["method"], acknowledged);
    let asked = Instant::now();
    client.hang_up();
    let ended = client.next();
    assert_eq!((&ended["id"], &ended["result"]["resultType"]), (&json!(1), &json!("complete")));
    client.exits_well();
    assert!(asked.elapsed() < Duration::from_millis(900), "{:?}", asked.elapsed());
}
