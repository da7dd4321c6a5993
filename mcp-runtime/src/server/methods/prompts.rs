use std::sync::Arc;

use serde_json::{Map, Value};

use crate::context::{Context, Request};
use crate::handler::{Fault, FaultKind, Given, TextValue};
use crate::registry::{PromptEntry, Registry};
use crate::revision::{At, PromptResult};
use crate::server::call::{self, Function, Origin};
use crate::server::reply::{Class, Reply};
use crate::server::{Outcome, Service};
use crate::wire::prompt::GetPromptResult;
use crate::wire::{Code, ErrorObject, Member, Quoted};

/// `prompts/get` (server/prompts, "Getting a prompt").
pub(crate) fn get(
    service: &Arc<Service>,
    registry: &Registry,
    request: Request,
    origin: Origin,
) -> Outcome {
    let (entry, arguments) = match find(registry, &request) {
        Ok(found) => found,
        Err(error) => return request.refuse(&error),
    };
    if !request.may_use(service, entry.def.scopes) {
        return request.forbid("prompt", entry.def.name, entry.def.scopes);
    }
    let function = Function {
        name: entry.def.name,
        given: Given::Named(arguments),
        timeout: entry.def.timeout,
    };
    let started = entry.clone();
    service.call(
        request,
        origin,
        function,
        move |service, call| service.start(started.def.run, &started.pace, call, None),
        move |service, context, outcome| reply(service, context, &entry, outcome),
    )
}

type Arguments = Vec<(String, TextValue)>;

fn find(
    registry: &Registry,
    request: &Request,
) -> Result<(Arc<PromptEntry>, Arguments), ErrorObject> {
    let name = request.message.require_text(Member::Name)?;
    let entry = registry.prompt(&name).cloned().ok_or_else(|| {
        ErrorObject::new(Code::INVALID_PARAMS, format!("there is no prompt {}", Quoted(&name, 128)))
    })?;
    Ok((entry, arguments(request)?))
}

/// Arguments are strings; a client that sends a number or a bool means its text.
fn arguments(request: &Request) -> Result<Arguments, ErrorObject> {
    let given: Option<Map<String, Value>> = request.message.read(Member::Arguments)?;
    let text = |(name, value)| match value {
        Value::String(text) => Ok(Some((name, TextValue::One(text)))),
        Value::Bool(flag) => Ok(Some((name, TextValue::One(flag.to_string())))),
        Value::Number(number) => Ok(Some((name, TextValue::One(number.to_string())))),
        Value::Null => Ok(None),
        Value::Array(_) | Value::Object(_) => {
            let what = format!("params.arguments.{name:.128}: a prompt takes strings");
            Err(ErrorObject::new(Code::INVALID_PARAMS, what))
        }
    };
    given.into_iter().flatten().filter_map(|argument| text(argument).transpose()).collect()
}

/// The reply to a prompt that has ended.
fn reply(
    service: &Service,
    context: &Context,
    entry: &PromptEntry,
    outcome: Result<GetPromptResult, Fault>,
) -> Reply {
    let id = &context.request().id;
    let error = |error| Reply::error(Class::Answered, Some(id), &error);
    let name = entry.def.name;
    match outcome.map_err(|fault| fault.kind) {
        Ok(result) => {
            let result = PromptResult { result: &result, stamp: service.stamp() };
            service.reply(id, &At(context.revision(), &result))
        }
        Err(FaultKind::Arguments(text)) => {
            let what = format!("invalid arguments for prompt `{name}`: {text}");
            error(ErrorObject::new(Code::INVALID_PARAMS, what))
        }
        Err(FaultKind::Protocol(protocol)) => error(protocol),
        Err(FaultKind::Function(failure)) => error(call::failure("prompt", name, failure)),
    }
}
