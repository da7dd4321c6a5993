use std::sync::Arc;

use super::{completion, extension, lists, logging, prompts, resources, subscriptions, tools};
use crate::context::Request;
use crate::registry::Registry;
use crate::revision::{Acknowledged, At, DiscoverResult};
use crate::server::call::Origin;
use crate::server::reply::{Class, Reply};
use crate::server::{Outcome, Service};
use crate::wire::{Code, Encode, ErrorObject, Method, Quoted};

impl Service {
    /// Runs the method of a request.
    #[inline]
    pub(in crate::server) fn dispatch(
        self: &Arc<Self>,
        request: Request,
        origin: Origin,
    ) -> Outcome {
        let method = &request.method;
        let registry = &*self.registry();
        if !offers(registry, method) {
            return request.not_served(&ErrorObject::method_not_found(method));
        }
        if method.runs_a_function() && !self.capacity.has_room() {
            return request.refuse(&too_many_calls(self.limits.calls));
        }
        match method {
            Method::ToolsCall => tools::call(self, registry, request, origin),
            Method::ResourcesRead => resources::read(self, registry, request, origin),
            Method::PromptsGet => prompts::get(self, registry, request, origin),
            Method::Complete => completion::complete(self, registry, request, origin),
            Method::ToolsList => lists::page(self, &request, &registry.tools),
            Method::ResourcesList => lists::page(self, &request, &registry.resources),
            Method::ResourceTemplatesList => lists::page(self, &request, &registry.templates),
            Method::PromptsList => lists::page(self, &request, &registry.prompts),
            Method::Subscribe => subscriptions::subscribe(self, registry, &request, &origin),
            Method::Unsubscribe => subscriptions::unsubscribe(self, &request, &origin),
            Method::Listen => subscriptions::listen(self, registry, request, origin),
            Method::SetLevel => logging::set_level(self, &request, &origin),
            Method::Ping => request.acknowledge(self),
            Method::Discover => self.discover(registry, &request),
            // The lifecycle has taken these, or the revision does not serve them as requests.
            Method::Initialize | Method::Initialized | Method::Cancelled => {
                request.not_served(&ErrorObject::method_not_found(method))
            }
            Method::Other(_) => extension::call(self, request, origin),
        }
    }

    fn discover(&self, registry: &Registry, request: &Request) -> Outcome {
        let supported = Self::revisions();
        let result = DiscoverResult {
            supported: &supported,
            capabilities: self.capabilities(registry, request.revision, &*request.peer),
            instructions: self.instructions(),
            stamp: self.stamp(),
        };
        request.answer(&At(request.revision, &result))
    }
}

/// Whether the feature a method belongs to is offered; what is not declared is not served.
fn offers(registry: &Registry, method: &Method) -> bool {
    match method {
        Method::ToolsList | Method::ToolsCall => registry.tools.is_offered(),
        Method::ResourcesList
        | Method::ResourceTemplatesList
        | Method::ResourcesRead
        | Method::Subscribe
        | Method::Unsubscribe => registry.offers_resources(),
        Method::PromptsList | Method::PromptsGet => registry.prompts.is_offered(),
        Method::Complete => registry.completes(),
        _ => true,
    }
}

fn too_many_calls(limit: usize) -> ErrorObject {
    let what = format!("{limit} requests are running (--max-calls); try again when one has ended");
    ErrorObject::new(Code::INTERNAL_ERROR, what)
}

impl Request {
    pub(super) fn answer(&self, result: &dyn Encode) -> Outcome {
        Reply::result(&self.id, result).into()
    }

    pub(super) fn acknowledge(&self, service: &Service) -> Outcome {
        self.answer(&At(self.revision, &Acknowledged { stamp: service.stamp() }))
    }

    pub(super) fn refuse(&self, error: &ErrorObject) -> Outcome {
        Reply::error(Class::Answered, Some(&self.id), error).into()
    }

    /// Whether the caller may use what needs these scopes.
    pub(super) fn may_use(&self, service: &Service, scopes: &'static [&'static str]) -> bool {
        scopes.is_empty() || service.scopes().allow(self.peer.caller(), scopes)
    }

    /// The refusal of who may not: it names every scope that is needed, so that one visit to the
    /// authorisation server is enough (basic/authorization, "Runtime Insufficient Scope Errors").
    pub(super) fn forbid(
        &self,
        what: &str,
        name: &str,
        scopes: &'static [&'static str],
    ) -> Outcome {
        let what = format!("{what} `{name}` needs the scopes: {}", scopes.join(" "));
        let error = ErrorObject::new(Code::INVALID_PARAMS, what);
        Reply::error(Class::Forbidden(scopes), Some(&self.id), &error).into()
    }

    pub(super) fn not_served(&self, error: &ErrorObject) -> Outcome {
        Reply::error(Class::NotServed, Some(&self.id), error).into()
    }
}

impl ErrorObject {
    pub(in crate::server) fn method_not_found(method: &Method) -> Self {
        // Echoed, so bounded: a name of ours is never this long.
        Self::new(
            Code::METHOD_NOT_FOUND,
            format!("method {} is not served", Quoted(method.as_str(), 80)),
        )
    }
}
