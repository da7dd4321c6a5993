//! The official schemas: every message we emit is held against the one of its revision.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use mcp_runtime::Revision;
use serde_json::{Value, json};

/// Panics with every violation if `message`, the reply to `method` or a notification, is none of
/// what the revision's schema allows.
pub(crate) fn check(revision: Revision, method: &str, message: &Value) {
    if let Some(error) = message.get("error") {
        assert!(message["id"].is_i64() || message["id"].is_string(), "no id: {message}");
        assert!(
            error["code"].is_i64() && error["message"].is_string(),
            "no JSON-RPC error: {message}"
        );
        let name =
            if revision.as_str() < "2025-11" { "JSONRPCError" } else { "JSONRPCErrorResponse" };
        return validate(revision, name, message);
    }
    match message.get("method").and_then(Value::as_str) {
        Some("notifications/progress") => validate(revision, "ProgressNotification", message),
        Some("notifications/message") => validate(revision, "LoggingMessageNotification", message),
        Some(other) => panic!("unexpected notification {other}: {message}"),
        None if message["result"]["resultType"] == "input_required" => {
            validate(revision, "InputRequiredResult", &message["result"]);
            for request in message["result"]["inputRequests"].as_object().unwrap().values() {
                question(revision, request);
            }
        }
        None => {
            validate(revision, "JSONRPCResponse", message);
            validate(revision, result_of(method), &message["result"]);
        }
    }
}

/// The same for a request of the server.
pub(crate) fn question(revision: Revision, message: &Value) {
    let definition = match message["method"].as_str() {
        Some("elicitation/create") => "ElicitRequest",
        Some("sampling/createMessage") => "CreateMessageRequest",
        Some("roots/list") => "ListRootsRequest",
        other => panic!("unexpected request {other:?}: {message}"),
    };
    validate(revision, definition, message);
}

fn result_of(method: &str) -> &'static str {
    match method {
        "initialize" => "InitializeResult",
        "server/discover" => "DiscoverResult",
        "tools/list" => "ListToolsResult",
        "tools/call" => "CallToolResult",
        "resources/list" => "ListResourcesResult",
        "resources/templates/list" => "ListResourceTemplatesResult",
        "resources/read" => "ReadResourceResult",
        "prompts/list" => "ListPromptsResult",
        "prompts/get" => "GetPromptResult",
        "completion/complete" => "CompleteResult",
        "ping" | "resources/subscribe" | "resources/unsubscribe" | "logging/setLevel" => {
            "EmptyResult"
        }
        other => panic!("no result type for {other}"),
    }
}

fn validate(revision: Revision, definition: &'static str, instance: &Value) {
    static VALIDATORS: LazyLock<Mutex<HashMap<(Revision, &str), &'static Validator>>> =
        LazyLock::new(Mutex::default);
    let validator = *VALIDATORS
        .lock()
        .unwrap()
        .entry((revision, definition))
        .or_insert_with(|| Box::leak(Box::new(validator(revision, definition))));
    let violations: Vec<_> = validator
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        violations.is_empty(),
        "not a {definition} of {revision}:\n{}\n{instance:#}",
        violations.join("\n")
    );
}

fn validator(revision: Revision, definition: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/{revision}.json"));
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let definitions = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
    assert!(schema[definitions].get(definition).is_some(), "{revision} has no {definition}");
    schema["$ref"] = json!(format!("#/{definitions}/{definition}"));
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn the_check_can_fail() {
    let broken = json!({ "jsonrpc": "2.0", "id": 1, "result": { "tools": [{ "name": 1 }] } });
    for revision in Revision::ALL {
        let outcome = std::panic::catch_unwind(|| check(revision, "tools/list", &broken));
        assert!(outcome.is_err(), "{revision}");
    }
}
