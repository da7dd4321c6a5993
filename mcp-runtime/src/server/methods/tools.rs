use std::sync::Arc;

use crate::context::{Context, Request};
use crate::handler::{Fault, FaultKind, Given};
use crate::registry::{Registry, ToolEntry};
use crate::revision::{At, ToolResult};
use crate::server::call::{Function, Origin, Slot};
use crate::server::reply::{Class, Reply};
use crate::server::{Ended, Outcome, Service};
use crate::wire::content::Content;
use crate::wire::tool::{CallToolResult, Described};
use crate::wire::{Code, ErrorObject, Member, Quoted};

/// `tools/call` (server/tools, "Calling tools").
pub(crate) fn call(
    service: &Arc<Service>,
    registry: &Registry,
    request: Request,
    origin: Origin,
) -> Outcome {
    let entry = match find(registry, &request) {
        Ok(entry) => entry,
        Err(error) => return request.refuse(&error),
    };
    if !request.may_use(service, entry.def.scopes) {
        return request.forbid("tool", entry.def.name, entry.def.scopes);
    }
    if request.revision.facts().mirrors_arguments
        && let Err(error) = request.peer.mirrors_arguments(&request.message, &*entry)
    {
        return Reply::error(Class::Refused, Some(&request.id), &error).into();
    }
    let slot = match slot(&entry) {
        Ok(slot) => slot,
        Err(error) => return request.refuse(&error),
    };
    let function = Function {
        name: entry.def.name,
        given: Given::Json(entry.clone()),
        timeout: entry.def.timeout,
    };
    let started = entry.clone();
    service.call(
        request,
        origin,
        function,
        move |service, call| service.start(started.def.run, &started.pace, call, slot),
        move |service, context, outcome| reply(service, context, &entry, outcome),
    )
}

/// A place among the calls of a tool that has only so many.
fn slot(entry: &ToolEntry) -> Result<Option<Slot>, ErrorObject> {
    let Some(most) = entry.def.max_concurrency else { return Ok(None) };
    let (slot, held) = Slot::of(entry.running.get_or_init(Arc::default));
    if held as u64 <= most {
        return Ok(Some(slot));
    }
    let (name, plural) = (entry.def.name, if most == 1 { "call" } else { "calls" });
    let what = format!("tool {name:?} runs {most} {plural} at once; try again when one has ended");
    Err(ErrorObject::new(Code::INTERNAL_ERROR, what))
}

fn find(registry: &Registry, request: &Request) -> Result<Arc<ToolEntry>, ErrorObject> {
    let name = request.message.require_text(Member::Name)?;
    // serde would take an array for a struct, field by field; and not every tool has one.
    if request.message.raw(Member::Arguments).is_some_and(|raw| raw.first() != Some(&b'{')) {
        let what = "params.arguments: expected an object";
        return Err(ErrorObject::new(Code::INVALID_PARAMS, what));
    }
    registry.tool(&name).cloned().ok_or_else(|| {
        ErrorObject::new(Code::INVALID_PARAMS, format!("there is no tool {}", Quoted(&name, 128)))
    })
}

/// The reply to a call that has ended. Failures are results the model can read (SEP-1303); wrong
/// arguments are one too, from the revision on that says so.
fn reply(
    service: &Service,
    context: &Context,
    entry: &ToolEntry,
    outcome: Result<CallToolResult, Fault>,
) -> Reply {
    let id = &context.request().id;
    let revision = context.revision();
    let error = |error| Reply::error(Class::Answered, Some(id), &error);
    let result = match outcome.map_err(|fault| fault.kind) {
        Ok(result) => result,
        Err(FaultKind::Function(failure)) => {
            if let Some(cause) = failure.cause {
                tracing::error!(tool = entry.def.name, %cause, "a tool failed");
            }
            CallToolResult::error(failure.content)
        }
        Err(FaultKind::Arguments(text)) if revision.facts().invalid_arguments_are_results => {
            CallToolResult::error([Content::text(text)])
        }
        Err(FaultKind::Arguments(text)) => {
            return error(ErrorObject::new(Code::INVALID_PARAMS, text));
        }
        Err(FaultKind::Protocol(protocol)) => return error(protocol),
    };
    if entry.def.output_schema.is_some() && structures_no_object(&result) {
        tracing::error!(
            tool = entry.def.name,
            "`output_schema` promises an object, and the tool returned none"
        );
        return error(ErrorObject::internal());
    }
    let is_error = result.is_error;
    let wraps = result.structured.is_some() && entry.schemas().wraps_output;
    let result = ToolResult { result: &result, wraps, stamp: service.stamp() };
    let reply = service.reply(id, &At(revision, &result));
    if is_error { reply.ended(Ended::ToolError) } else { reply }
}

fn structures_no_object(result: &CallToolResult) -> bool {
    result.structured.as_ref().is_some_and(|json| !json.get().starts_with('{'))
}
