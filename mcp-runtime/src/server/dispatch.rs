use std::sync::{Arc, OnceLock};

use super::methods::{
    completion, extension, lists, logging, prompts, resources, subscriptions, tools,
};
use super::reply::{Class, Reply};
use super::session::{Noted, Session};
use super::{Outcome, Service, rounds};
use crate::context::{
    Asks, Cancellation, Client, Context, LogFilter, Outbox, Peer, TraceParent, Voice,
};
use crate::registry::Registry;
use crate::revision::{Acknowledged, At, DiscoverResult, Revision};
use crate::wire::{Code, Encode, ErrorObject, Message, MessageKind, Method, Quoted, RequestId};

/// A request whose era and revision are settled. From here on both eras are one.
pub(super) struct Request {
    pub(super) revision: Revision,
    pub(super) id: RequestId,
    pub(super) message: Message,
    pub(super) progress_token: Option<RequestId>,
    pub(super) log: LogFilter,
    /// From the handshake; in the stateless era it is read from the request when asked for.
    pub(super) client: Option<Arc<Client>>,
    pub(super) session: Option<Arc<Session>>,
    pub(super) peer: Arc<dyn Peer>,
    pub(super) outbox: Option<Arc<Outbox>>,
    pub(super) trace: Option<Box<TraceParent>>,
}

impl Service {
    /// Runs the method of a request.
    pub(super) fn dispatch(self: &Arc<Self>, request: Request) -> Outcome {
        let MessageKind::Request { method, .. } = &request.message.kind else {
            return Outcome::Accepted;
        };
        let registry = &*self.registry();
        if !offers(registry, method) {
            return request.not_served(&ErrorObject::method_not_found(method));
        }
        if method.runs_a_function() && !self.capacity.has_room() {
            return request.refuse(&too_many_calls(self.limits.calls));
        }
        match method {
            Method::ToolsCall => tools::call(self, registry, request),
            Method::ResourcesRead => resources::read(self, registry, request),
            Method::PromptsGet => prompts::get(self, registry, request),
            Method::Complete => completion::complete(self, registry, request),
            Method::ToolsList => lists::page(self, &request, &registry.tools),
            Method::ResourcesList => lists::page(self, &request, &registry.resources),
            Method::ResourceTemplatesList => lists::page(self, &request, &registry.templates),
            Method::PromptsList => lists::page(self, &request, &registry.prompts),
            Method::Subscribe => subscriptions::subscribe(self, registry, &request),
            Method::Unsubscribe => subscriptions::unsubscribe(self, &request),
            Method::Listen => subscriptions::listen(self, registry, request),
            Method::SetLevel => logging::set_level(self, &request),
            Method::Ping => request.acknowledge(self),
            Method::Discover => self.discover(registry, &request),
            // The lifecycle has taken these, or the revision does not serve them as requests.
            Method::Initialize | Method::Initialized | Method::Cancelled => {
                request.not_served(&ErrorObject::method_not_found(method))
            }
            Method::Other(_) => extension::call(self, request),
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
    /// Whether the client declares an extension, in this request or in its session.
    pub(super) fn opts_into(&self, extension: &str) -> bool {
        let declares = |client: &Client| client.extension(extension).is_some();
        match &self.client {
            Some(client) => declares(client),
            None => declares(&Client::of_request(self.revision, &self.message)),
        }
    }

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

    /// What the function will see, noted in the session that can cancel it.
    ///
    /// # Errors
    ///
    /// The refusal of a state that is none of ours, or of an id that is taken.
    pub(super) fn begin(self, service: &Service) -> Result<(Context, Noted), Reply> {
        let asks = match self.revision.facts().asks_in_rounds {
            true => rounds::resume(service, &self.message, self.peer.caller())
                .map_err(|error| Reply::error(Class::Answered, Some(&self.id), &error))?,
            false => Asks::default(),
        };
        let request = crate::context::Request {
            message: self.message,
            id: self.id,
            revision: self.revision,
            progress_token: self.progress_token,
            log: self.log,
            client: self.client.map_or_else(OnceLock::new, OnceLock::from),
            peer: self.peer,
            states: service.states.clone(),
            cancellation: Cancellation::default(),
            voice: Voice::new(self.outbox, &service.room),
            asks,
            trace: self.trace,
        };
        let context = Context::new(request);
        match Noted::new(self.session, &context) {
            Ok(noted) => Ok((context, noted)),
            Err(error) => Err(Reply::error(Class::Answered, Some(&context.request().id), &error)),
        }
    }
}

impl ErrorObject {
    pub(super) fn method_not_found(method: &Method) -> Self {
        // Echoed, so bounded: a name of ours is never this long.
        Self::new(
            Code::METHOD_NOT_FOUND,
            format!("method {} is not served", Quoted(method.as_str(), 80)),
        )
    }
}
