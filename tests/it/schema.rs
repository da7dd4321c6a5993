//! The official schemas: what each revision lets a server say.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use mcp_runtime::Revision;
use serde_json::{Value, json};

/// Errors of the protocol's own, and what they are called where they exist.
const ERRORS: [(i64, &str); 4] = [
    (-32020, "HeaderMismatchError"),
    (-32021, "MissingRequiredClientCapabilityError"),
    (-32022, "UnsupportedProtocolVersionError"),
    (-32042, "URLElicitationRequiredError"),
];

/// What is wrong with a message of the server at a revision: nothing, if the schema allows it as
/// the answer to `method`, or as a request or notification if it is one. Of a batch, only that there
/// may be one.
pub(crate) fn violations(revision: Revision, method: Option<&str>, message: &Value) -> Vec<String> {
    let schema = Schema::of(revision);
    match kind(message) {
        _ if message.is_array() => schema.check("JSONRPCBatchResponse", message),
        Some("method") => schema.said(message),
        Some("error") => schema.refused(message),
        Some(_) => schema.answered(method, message),
        None => vec!["it is neither a request nor a response".to_owned()],
    }
}

/// Which one of the members it has that tell kinds of messages apart.
fn kind(message: &Value) -> Option<&'static str> {
    let mut has =
        ["method", "result", "error"].into_iter().filter(|name| message.get(name).is_some());
    has.next().filter(|_| has.next().is_none())
}

/// The schema of one revision.
struct Schema {
    revision: Revision,
    document: Value,
    definitions: &'static str,
    validators: Mutex<HashMap<String, &'static Validator>>,
}

impl Schema {
    fn of(revision: Revision) -> &'static Self {
        static SCHEMAS: LazyLock<HashMap<Revision, Schema>> = LazyLock::new(|| {
            Revision::ALL.into_iter().map(|revision| (revision, Schema::read(revision))).collect()
        });
        &SCHEMAS[&revision]
    }

    fn read(revision: Revision) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("schema/{revision}.json"));
        let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let definitions = if document.get("$defs").is_some() { "$defs" } else { "definitions" };
        Self { revision, document, definitions, validators: Mutex::default() }
    }

    /// A request or a notification: one of those a server may send.
    fn said(&self, message: &Value) -> Vec<String> {
        let (union, envelope) = match message.get("id") {
            Some(_) => ("ServerRequest", "JSONRPCRequest"),
            None => ("ServerNotification", "JSONRPCNotification"),
        };
        let method = message["method"].as_str().unwrap_or_default();
        let members = self.definition(union)["anyOf"].as_array().into_iter().flatten();
        let mut names = members.filter_map(|one| one["$ref"].as_str()?.rsplit('/').next());
        match names.find(|name| self.method_of(name) == Some(method)) {
            Some(name) => [self.check(envelope, message), self.check(name, message)].concat(),
            None => vec![format!("{method} is no {union} of {}", self.revision)],
        }
    }

    /// An error. The codes the protocol has reserved mean what it says, and nothing else.
    fn refused(&self, message: &Value) -> Vec<String> {
        let envelope = ["JSONRPCErrorResponse", "JSONRPCError"];
        let envelope = envelope.into_iter().find(|name| !self.definition(name).is_null());
        let code = message["error"]["code"].as_i64().unwrap_or_default();
        let typed = match ERRORS.into_iter().find(|(known, _)| *known == code) {
            Some((_, name)) => self.check(name, message),
            None if (-32099..=-32020).contains(&code) => {
                vec![format!("{} has no error {code}", self.revision)]
            }
            None => Vec::new(),
        };
        [self.check(envelope.unwrap_or_default(), message), typed].concat()
    }

    /// A result. One of a method that the schema does not have is no more than a result.
    fn answered(&self, method: Option<&str>, message: &Value) -> Vec<String> {
        let result = &message["result"];
        let name = match result["resultType"].as_str() {
            Some("input_required") => "InputRequiredResult".to_owned(),
            _ => self.result_of(method.unwrap_or_default()),
        };
        [self.check("JSONRPCResponse", message), self.check(&name, result)].concat()
    }

    fn result_of(&self, method: &str) -> String {
        let names = self.document[self.definitions].as_object().unwrap().keys();
        let mut requests = names.filter_map(|name| Some((name.strip_suffix("Request")?, name)));
        match requests.find(|(_, name)| self.method_of(name) == Some(method)) {
            Some((stem, _)) => {
                let name = format!("{stem}Result");
                if self.definition(&name).is_null() { "EmptyResult".to_owned() } else { name }
            }
            None => "Result".to_owned(),
        }
    }

    fn method_of(&self, definition: &str) -> Option<&str> {
        self.definition(definition)["properties"]["method"]["const"].as_str()
    }

    fn definition(&self, name: &str) -> &Value {
        &self.document[self.definitions][name]
    }

    fn check(&self, definition: &str, instance: &Value) -> Vec<String> {
        if self.definition(definition).is_null() {
            return vec![format!("{} has no {definition}", self.revision)];
        }
        let mut validators = self.validators.lock().unwrap();
        let validator: &'static Validator = validators
            .entry(definition.to_owned())
            .or_insert_with(|| Box::leak(Box::new(self.validator(definition))));
        drop(validators);
        validator
            .iter_errors(instance)
            .map(|error| {
                let (place, revision) = (error.instance_path(), self.revision);
                format!("no {definition} of {revision}: {place}: {error}")
            })
            .collect()
    }

    fn validator(&self, definition: &str) -> Validator {
        let mut document = self.document.clone();
        document["$ref"] = json!(format!("#/{}/{definition}", self.definitions));
        jsonschema::options()
            .should_validate_formats(true)
            .with_format("byte", is_base64)
            .build(&document)
            .unwrap()
    }
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() < 3
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}
