use std::sync::Arc;

use serde_json::json;

use crate::context::{Context, Request};
use crate::handler::{Fault, FaultKind, Given, ResourceOutput};
use crate::registry::{Registry, ResourceEntry, Variables};
use crate::revision::{At, ReadResult, Revision};
use crate::server::call::{self, Function, Origin};
use crate::server::reply::{Class, Reply};
use crate::server::{Outcome, Service};
use crate::wire::cache::{CacheHint, CacheScope};
use crate::wire::{ErrorObject, Member, Quoted};

/// A URI longer than this is no resource of ours, and matching it would only cost.
const LONGEST_URI: usize = 8 * 1024;

/// `resources/read` (server/resources, "Reading resources").
pub(crate) fn read(
    service: &Arc<Service>,
    registry: &Registry,
    request: Request,
    origin: Origin,
) -> Outcome {
    let uri = match request.message.require_text(Member::Uri) {
        Ok(uri) => uri.into_owned(),
        Err(error) => return request.refuse(&error),
    };
    let Some((entry, variables)) = find(registry, &uri) else {
        return request.refuse(&not_found(request.revision, &uri));
    };
    if !request.may_use(service, entry.def.scopes) {
        return request.forbid("resource", entry.def.name, entry.def.scopes);
    }
    let entry = entry.clone();
    let function = Function {
        name: entry.def.name,
        given: Given::Text(variables),
        timeout: entry.def.timeout,
    };
    let started = entry.clone();
    service.call(
        request,
        origin,
        function,
        move |service, call| service.start(started.def.run, &started.pace, call, None),
        move |service, context, outcome| reply(service, context, &entry, &uri, outcome),
    )
}

pub(super) fn find<'a>(
    registry: &'a Registry,
    uri: &str,
) -> Option<(&'a Arc<ResourceEntry>, Variables)> {
    (uri.len() <= LONGEST_URI).then(|| registry.resource(uri)).flatten()
}

/// The reply to a read that has ended.
fn reply(
    service: &Service,
    context: &Context,
    entry: &ResourceEntry,
    uri: &str,
    outcome: Result<ResourceOutput, Fault>,
) -> Reply {
    let id = &context.request().id;
    let revision = context.revision();
    let error = |error| Reply::error(Class::Answered, Some(id), &error);
    let output = match outcome.map_err(|fault| fault.kind) {
        Ok(output) => output,
        // A variable that does not parse names no resource.
        Err(FaultKind::Arguments(_)) => return error(not_found(revision, uri)),
        Err(FaultKind::Protocol(protocol)) => return error(protocol),
        Err(FaultKind::Function(failure)) => {
            return error(call::failure("resource", entry.def.name, failure));
        }
    };
    let Some(mut contents) = output.contents else { return error(not_found(revision, uri)) };
    let mime_type = entry.def.mime_type.or(output.default_mime_type);
    for one in &mut contents {
        one.mime_type = one.mime_type.take().or(mime_type.map(Into::into));
    }
    let stamp = service.stamp();
    let cache = CacheHint {
        ttl: entry.def.ttl.unwrap_or(stamp.cache.ttl),
        scope: match entry.def.scopes {
            [] => entry.def.scope.unwrap_or(stamp.cache.scope),
            // Not everybody may read it, so not everybody may be given a copy.
            _ => CacheScope::Private,
        },
    };
    let result = ReadResult { contents: &contents, uri, cache, stamp };
    service.reply(id, &At(revision, &result))
}

pub(super) fn not_found(revision: Revision, uri: &str) -> ErrorObject {
    let uri: String = uri.chars().take(LONGEST_URI).collect();
    let what = format!("there is no resource {}", Quoted(&uri, 200));
    ErrorObject::new(revision.facts().resource_not_found, what).with_data(json!({ "uri": uri }))
}
