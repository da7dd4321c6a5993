use std::collections::HashMap;
use std::sync::Arc;

use crate::context::{Context, Request};
use crate::handler::{Fault, FaultKind, Given, Item};
use crate::registry::{Completions, Registry};
use crate::revision::{At, CompleteResult};
use crate::server::call::{self, Function, Origin, Running, Started};
use crate::server::reply::{Class, Reply};
use crate::server::{Outcome, Service};
use crate::wire::completion::{CompletionContext, Reference, Typed};
use crate::wire::{Code, ErrorObject, Member, Quoted};

/// `completion/complete` (server/utilities/completion).
pub(crate) fn complete(
    service: &Arc<Service>,
    registry: &Registry,
    request: Request,
    origin: Origin,
) -> Outcome {
    let (reference, typed, given) = match read(&request) {
        Ok(asked) => asked,
        Err(error) => return request.refuse(&error),
    };
    let (completions, def): (&Completions, Item) = match &reference {
        Reference::Prompt { name } => match registry.prompt(name) {
            Some(entry) => (&entry.completions, Item::Prompt(entry.def)),
            None => return request.refuse(&unknown("prompt", name)),
        },
        Reference::Resource { uri } => match registry.completions_of_uri(uri) {
            Some(entry) => (&entry.completions, Item::Resource(entry.def)),
            None => return request.refuse(&unknown("resource", uri)),
        },
    };
    if !request.may_use(service, def.scopes()) {
        return request.forbid(def.kind(), def.name(), def.scopes());
    }
    let Some(completing) = completions.completing(&typed.name) else {
        let values = completions.choices(&typed.name, &typed.value);
        let result = CompleteResult { values: &values, stamp: service.stamp() };
        return request.answer(&At(request.revision, &result));
    };
    let given = Given::Typing { partial: typed.value, given };
    let function = Function { name: "completion", given, timeout: def.timeout() };
    let run = completing.run.clone();
    let start = move |_: &Service, call| Started::Running(Running::here(run(call)));
    service.call(request, origin, function, start, reply)
}

type Asked = (Reference, Typed, HashMap<String, String>);

fn read(request: &Request) -> Result<Asked, ErrorObject> {
    let reference = request.message.require(Member::Ref)?;
    let typed = request.message.require(Member::Argument)?;
    let context: Option<CompletionContext> = if request.revision.facts().completes_in_context {
        request.message.read(Member::Context)?
    } else {
        None
    };
    Ok((reference, typed, context.unwrap_or_default().arguments))
}

fn unknown(what: &str, name: &str) -> ErrorObject {
    ErrorObject::new(
        Code::INVALID_PARAMS,
        format!("params.ref: there is no {what} {}", Quoted(name, 128)),
    )
}

/// The reply to a completion that has ended.
fn reply(service: &Service, context: &Context, outcome: Result<Vec<String>, Fault>) -> Reply {
    let id = &context.request().id;
    let error = match outcome.map_err(|fault| fault.kind) {
        Ok(values) => {
            let result = CompleteResult { values: &values, stamp: service.stamp() };
            return service.reply(id, &At(context.revision(), &result));
        }
        Err(FaultKind::Arguments(text)) => ErrorObject::new(Code::INVALID_PARAMS, text),
        Err(FaultKind::Protocol(protocol)) => protocol,
        Err(FaultKind::Function(failure)) => call::failure("completion", "", failure),
    };
    Reply::error(Class::Answered, Some(id), &error)
}
