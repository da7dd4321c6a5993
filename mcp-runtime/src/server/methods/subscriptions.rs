use std::sync::Arc;
use std::task::{self, Poll};

use super::resources;
use crate::context::{Context, OnCancel, Request, notification};
use crate::registry::Registry;
use crate::revision::{At, Revision, Subscribed, SubscriptionEnded};
use crate::server::call::{CallState, Origin, Pending, Work};
use crate::server::offer::Subscription;
use crate::server::reply::Reply;
use crate::server::{Outcome, Service, Session};
use crate::wire::subscription::{Filter, TOO_MANY};
use crate::wire::{Code, ErrorObject, Member, Method};

impl Service {
    /// What the client of a session is told of: every list, and no resource until it says so.
    pub(in crate::server) fn subscription(
        &self,
        session: &Session,
        revision: Revision,
    ) -> Arc<Subscription> {
        let wanted = Filter {
            tools_list_changed: true,
            prompts_list_changed: true,
            resources_list_changed: true,
            ..Filter::default()
        };
        let subscription = Subscription::new(revision, None, wanted, session.outbox().clone());
        self.tell(&subscription);
        subscription
    }

    fn tell(&self, subscription: &Arc<Subscription>) {
        let listener = Arc::downgrade(subscription);
        subscription.keep(self.offer.listeners().add(listener));
    }
}

/// `resources/subscribe` (server/resources, "Subscriptions").
pub(crate) fn subscribe(
    service: &Service,
    registry: &Registry,
    request: &Request,
    origin: &Origin,
) -> Outcome {
    let uri = match request.message.require_text(Member::Uri) {
        Ok(uri) => uri,
        Err(error) => return request.refuse(&error),
    };
    let Some(subscription) = origin.session.as_ref().and_then(|session| session.subscription())
    else {
        return request.not_served(&ErrorObject::method_not_found(&Method::Subscribe));
    };
    match resources::find(registry, &uri) {
        None => return request.refuse(&resources::not_found(request.revision, &uri)),
        Some((entry, _)) if !request.may_use(service, entry.def.scopes) => {
            return request.forbid("resource", entry.def.name, entry.def.scopes);
        }
        Some(_) => {}
    }
    match subscription.add(&uri) {
        true => request.acknowledge(service),
        false => request.refuse(&ErrorObject::new(Code::INVALID_PARAMS, TOO_MANY)),
    }
}

/// `resources/unsubscribe`. What is not subscribed to already is not any more.
pub(crate) fn unsubscribe(service: &Service, request: &Request, origin: &Origin) -> Outcome {
    let uri = match request.message.require_text(Member::Uri) {
        Ok(uri) => uri,
        Err(error) => return request.refuse(&error),
    };
    if let Some(subscription) = origin.session.as_ref().and_then(|session| session.subscription()) {
        subscription.remove(&uri);
    }
    request.acknowledge(service)
}

/// `subscriptions/listen` (basic/patterns/subscriptions): a request that lasts until its client
/// ends it or the server ends, and what it says meanwhile is what has changed.
pub(crate) fn listen(
    service: &Arc<Service>,
    registry: &Registry,
    request: Request,
    origin: Origin,
) -> Outcome {
    if !request.peer.has_stream() {
        return request.not_served(&ErrorObject::method_not_found(&Method::Listen));
    }
    let wanted: Filter = match request.message.require(Member::Notifications) {
        Ok(wanted) => wanted,
        Err(error) => return request.refuse(&error),
    };
    let wanted = honoured(wanted, service, registry, &request);
    let Some(slot) = service.capacity.listen() else {
        let what = "too many clients listen for changes; try again later";
        return request.refuse(&ErrorObject::new(Code::INTERNAL_ERROR, what));
    };
    let (context, noted) = match service.context(request, origin) {
        Ok(noted) => noted,
        Err(refused) => return refused.into(),
    };
    let (id, revision) = (context.request().id.clone(), context.revision());
    let outbox = context.voice().outbox().clone();
    let params = Subscribed { filter: &wanted, subscription: &id };
    // Before anything else of this subscription.
    if let Some(frame) =
        notification("notifications/subscriptions/acknowledged", &At(revision, &params))
    {
        outbox.send(frame);
    }
    let subscription = Subscription::new(revision, Some(id), wanted, outbox);
    service.tell(&subscription);
    // From then on, and not from when the request is next polled.
    let cancelled = subscription.clone();
    let silence = context.on_cancel(move || cancelled.stop());
    let work = Listening { subscription, _silence: silence };
    Pending { state: CallState::new(service, context, noted, slot), work }.poll_first()
}

/// What of it will be told: of features that are offered, and of resources that are there and that
/// the caller may read.
fn honoured(wanted: Filter, service: &Service, registry: &Registry, request: &Request) -> Filter {
    let mut uris = wanted.resource_subscriptions;
    uris.retain(|uri| {
        let found = resources::find(registry, uri);
        found.is_some_and(|(entry, _)| request.may_use(service, entry.def.scopes))
    });
    Filter {
        tools_list_changed: wanted.tools_list_changed && registry.tools.is_offered(),
        prompts_list_changed: wanted.prompts_list_changed && registry.prompts.is_offered(),
        resources_list_changed: wanted.resources_list_changed && registry.offers_resources(),
        resource_subscriptions: uris,
    }
}

/// A client that listens, until the server ends.
struct Listening {
    subscription: Arc<Subscription>,
    _silence: OnCancel,
}

impl Work for Listening {
    fn poll(
        &mut self,
        service: &Service,
        context: &Context,
        cx: &mut task::Context<'_>,
    ) -> Poll<Reply> {
        self.subscription.poll_ended(cx).map(|()| {
            let id = &context.request().id;
            let result = SubscriptionEnded { subscription: id, stamp: service.stamp() };
            Reply::result(id, &At(context.revision(), &result))
        })
    }
}
