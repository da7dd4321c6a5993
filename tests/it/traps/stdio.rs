//! Which era a request over stdio belongs to: a handshake counts for the whole process
//! (basic/versioning, "Compatibility"; stdio, "Backward compatibility"). There are no headers, so
//! none can be wrong or missing.

use std::process::Command;

use super::*;
use crate::stdio::client::{Client, SERVER};

fn started() -> Client {
    Client::piped_to(Command::new(SERVER))
}

/// What is said to one message.
fn ask(client: &mut Client, message: &str) -> Value {
    client.send(message);
    let reply = client.next();
    assert_eq!(reply["id"], 5, "{reply}");
    reply
}

fn code(client: &mut Client, message: &str) -> Value {
    ask(client, message)["error"]["code"].clone()
}

#[test]
fn an_initialize_without_a_modern_meta_is_the_handshake() {
    for revision in LEGACY {
        let mut client = started();
        client.handshake(revision);
        let again = crate::http::initialize(revision).replace("\"id\":0", "\"id\":5");
        assert_eq!(code(&mut client, &again), -32600, "it is not settled anew");
    }
}

#[test]
fn methods_of_sessions_are_not_found_in_the_modern_era() {
    let mut client = started();
    for _ in 0..2 {
        for method in OF_SESSIONS {
            assert_eq!(code(&mut client, &stateless(5, method, json!({}))), -32601, "{method}");
        }
        client.send(&crate::http::initialize("2025-11-25"));
        client.next();
    }
}

#[test]
fn a_request_that_describes_itself_is_modern_before_and_after_a_handshake() {
    let mut client = started();
    for _ in 0..2 {
        let sum = crate::http::call("add", json!({ "a": 1, "b": 2 }));
        let reply = ask(&mut client, &stateless(5, "tools/call", sum));
        assert_eq!(reply["result"]["resultType"], "complete");
        assert_eq!(text(&reply), "3");
        client.send(&crate::http::initialize("2025-11-25"));
        client.next();
    }
}

#[test]
fn a_modern_meta_is_whole() {
    let mut client = started();
    for _ in 0..2 {
        for meta in half_metas() {
            let body = stateless(5, "tools/list", json!({ "_meta": meta }));
            assert_eq!(code(&mut client, &body), -32602, "{body}");
        }
        client.send(&crate::http::initialize("2025-11-25"));
        client.next();
    }
}

#[test]
fn an_unknown_version_is_answered_with_those_served() {
    let mut client = started();
    for method in ["tools/list", "server/discover"] {
        let body = stateless(5, method, json!({ "_meta": meta("v999") }));
        let error = ask(&mut client, &body)["error"].take();
        assert_eq!((&error["code"], &error["data"]["requested"]), (&json!(-32022), &json!("v999")));
        let discovered = ask(&mut client, &stateless(5, "server/discover", json!({})));
        assert_eq!(error["data"]["supported"], discovered["result"]["supportedVersions"]);
    }
}

#[test]
fn a_plain_request_is_legacy_after_a_handshake() {
    for revision in LEGACY {
        let mut client = started();
        client.handshake(revision);
        ask(&mut client, &listing_at(V26));
        let reply = ask(&mut client, &plain());
        assert!(reply["result"]["tools"].is_array(), "{reply}");
        assert_eq!(reply["result"].get("resultType"), None);
    }
}

/// A ping may come before everything else (lifecycle, "Initialization").
#[test]
fn a_plain_request_before_a_handshake_is_refused() {
    let mut client = started();
    assert_eq!(code(&mut client, &plain()), -32600);
    // A modern request does not stand in for the handshake.
    ask(&mut client, &listing_at(V26));
    assert_eq!(code(&mut client, &plain()), -32600);
    assert_eq!(ask(&mut client, &request(5, "ping", json!({})))["result"], json!({}));
    client.handshake("2025-06-18");
}

#[test]
fn a_legacy_version_in_the_meta_is_not_served() {
    for revision in LEGACY {
        let mut client = started();
        assert_eq!(code(&mut client, &listing_at(revision)), -32022);
        client.handshake(revision);
        assert_eq!(code(&mut client, &listing_at(revision)), -32022);
    }
}
