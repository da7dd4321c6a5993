use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::context::{Context, Request};
use crate::handler::{Call, Fault, FaultKind, Given};
use crate::revision::{At, MethodResult};
use crate::server::call::{Function, Origin, Running, Started};
use crate::server::reply::{Class, Reply};
use crate::server::{Outcome, Service};
use crate::wire::{Code, ErrorObject};

/// A method that none but an extension can have: served to clients that declare it too
/// (basic/versioning, "Extensions").
pub(crate) fn call(service: &Arc<Service>, request: Request, origin: Origin) -> Outcome {
    let method = &request.method;
    let in_session = !request.revision.facts().has_extensions;
    let found = service.extensions.method(method.as_str());
    let Some(found) = found.filter(|method| method.in_sessions || !in_session) else {
        return request.not_served(&ErrorObject::method_not_found(method));
    };
    if request.client().extension(&found.extension).is_none() {
        return match in_session {
            true => request.not_served(&ErrorObject::method_not_found(method)),
            false => undeclared(&request, &found.extension),
        };
    }
    let run = found.run.clone();
    let function = Function { name: "extension", given: Given::Text(Vec::new()), timeout: None };
    let start = move |_: &Service, call: Call| {
        let running = run(call.context().clone());
        Started::Running(Running::here(Box::pin(async move {
            running.await.map_err(|error| Fault { kind: FaultKind::Protocol(error.0) })
        })))
    };
    service.call(request, origin, function, start, reply)
}

/// The refusal of a request that does not declare what it needs.
fn undeclared(request: &Request, extension: &str) -> Outcome {
    let what = format!(
        "the method belongs to the extension {extension}, which the client does not declare"
    );
    let error = ErrorObject::new(Code::MISSING_CAPABILITY, what)
        .with_data(json!({ "requiredCapabilities": { "extensions": { extension: {} } } }));
    Reply::error(Class::Refused, Some(&request.id), &error).into()
}

fn reply(
    service: &Service,
    context: &Context,
    outcome: Result<Map<String, Value>, Fault>,
) -> Reply {
    let id = &context.request().id;
    let error = match outcome.map_err(|fault| fault.kind) {
        Ok(members) => {
            let result = MethodResult { members: &members, stamp: service.stamp() };
            return service.reply(id, &At(context.revision(), &result));
        }
        Err(FaultKind::Protocol(error)) => error,
        Err(FaultKind::Arguments(_) | FaultKind::Function(_)) => ErrorObject::internal(),
    };
    Reply::error(Class::Answered, Some(id), &error)
}
