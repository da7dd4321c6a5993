//! What authors put around calls: tower layers over a service of owned calls.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::task::{self, Poll, ready};

use tower_layer::Layer;
use tower_service::Service as TowerService;

use super::Work;
use crate::context::{Context, unpoisoned};
use crate::handler::BoxFuture;
use crate::server::reply::{Class, Reply};
use crate::server::{Ended, Server, Service};
use crate::wire::{Code, ErrorObject, Member, RequestId};

impl<A> Server<A> {
    /// Puts a tower layer around every call of a function: for audits, quotas, caches. The first
    /// one is the outermost, as in tower's `ServiceBuilder`.
    ///
    /// A layer wraps [`Calls`], a service from [`CallRequest`] to [`CallReply`]. It sees a call once
    /// its function is found and before its arguments are read; lists and pings it does not see. A
    /// call that its client cancels is dropped. An error of the layer's own is logged, and answered
    /// as an internal one; [`CallRequest::refuse`] says more.
    ///
    /// Each call costs a few allocations more where there are layers, and nothing where there are
    /// none. Needs the feature `layers`, which `http` brings.
    ///
    /// ```
    /// use std::task::{Context, Poll};
    /// use mcp_runtime::Server;
    /// use mcp_runtime::layer::{CallRequest, Service, layer_fn};
    ///
    /// #[derive(Clone)]
    /// struct Announce<S>(S);
    ///
    /// impl<S: Service<CallRequest>> Service<CallRequest> for Announce<S> {
    ///     type Response = S::Response;
    ///     type Error = S::Error;
    ///     type Future = S::Future;
    ///
    ///     fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
    ///         self.0.poll_ready(cx)
    ///     }
    ///
    ///     fn call(&mut self, call: CallRequest) -> S::Future {
    ///         eprintln!("{} is called", call.name());
    ///         self.0.call(call)
    ///     }
    /// }
    ///
    /// let server = Server::new("shop", "1.0.0").layer(layer_fn(Announce));
    /// # let _ = server;
    /// ```
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Calls> + Send + 'static,
        L::Service: TowerService<CallRequest, Response = CallReply> + Clone + Send + 'static,
        <L::Service as TowerService<CallRequest>>::Error: Into<Box<dyn StdError + Send + Sync>>,
        <L::Service as TowerService<CallRequest>>::Future: Send + 'static,
    {
        self.layers.0.push(Box::new(move |inner| Calls::new(Wrapped(layer.layer(inner)))));
        self
    }
}

/// What is put around calls, outermost first.
#[derive(Default)]
pub(in crate::server) struct Layers(Vec<Box<dyn FnOnce(Calls) -> Calls + Send>>);

impl Layers {
    /// The service that calls go through; none if there is nothing around them.
    pub(in crate::server) fn stack(self) -> Option<Calls> {
        let innermost = || Calls::new(Innermost);
        let stack = |inner, layer: Box<dyn FnOnce(Calls) -> Calls + Send>| layer(inner);
        (!self.0.is_empty()).then(|| self.0.into_iter().rev().fold(innermost(), stack))
    }
}

/// A call on its way to its function.
pub struct CallRequest {
    method: &'static str,
    name: &'static str,
    context: Context,
    run: BoxFuture<Reply>,
}

impl CallRequest {
    pub(super) fn new(name: &'static str, context: Context, run: BoxFuture<Reply>) -> Self {
        let method = context.request().method.label();
        Self { method, name, context, run }
    }

    /// The method: `tools/call`, `resources/read`, `prompts/get`, `completion/complete`; `other` if it
    /// is one of an extension.
    pub fn method(&self) -> &str {
        self.method
    }

    /// The name of the function.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The arguments of a tool or a prompt, as the client wrote them, unread: a JSON object.
    pub fn arguments(&self) -> Option<&str> {
        let raw = self.context.request().message.raw(Member::Arguments)?;
        std::str::from_utf8(raw).ok()
    }

    /// The URI that is read.
    pub fn uri(&self) -> Option<Cow<'_, str>> {
        self.context.request().message.text(Member::Uri).ok().flatten()
    }

    /// The request: its client, headers, `_meta`, state.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The reply of a layer that does not let the call through. Codes from -32768 to -32000 belong
    /// to the protocol.
    pub fn refuse(&self, code: i32, message: impl Into<String>) -> CallReply {
        let id = self.context.request().id.clone();
        let error = ErrorObject::new(Code(code), message.into());
        CallReply { reply: Reply::error(Class::Answered, Some(&id), &error), id }
    }
}

impl fmt::Debug for CallRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRequest")
            .field("method", &self.method)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The reply to a call. It may be kept, and answer other calls of the same
/// [revision](Context::revision).
#[derive(Debug, Clone)]
pub struct CallReply {
    reply: Reply,
    id: RequestId,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallOutcome {
    /// With a result.
    Ok,
    /// With questions to the client, which makes the call again.
    InputRequired,
    /// With a result that tells the model what went wrong.
    ToolError,
    /// With an error of this code.
    Error(i32),
}

impl CallReply {
    /// How the call ended.
    pub fn outcome(&self) -> CallOutcome {
        match self.reply.ended {
            Ended::Done | Ended::Cancelled => CallOutcome::Ok,
            Ended::Asked => CallOutcome::InputRequired,
            Ended::ToolError => CallOutcome::ToolError,
            Ended::Failed(Code(code)) => CallOutcome::Error(code),
        }
    }

    /// The whole response as JSON, which its client will get.
    pub fn json(&self) -> &str {
        std::str::from_utf8(self.reply.of_call()).unwrap_or_default()
    }

    /// The reply to that request, of which this may have been for another.
    fn to(self, id: &RequestId) -> Reply {
        match self.id == *id {
            true => self.reply,
            false => self.reply.readdressed(&self.id, id),
        }
    }
}

/// The service around which layers are put. Always ready.
#[derive(Debug)]
pub struct Calls(Box<dyn Boxed>);

/// A service whose type is forgotten. Its clones are made one at a time, so it need not be `Sync`.
trait Boxed: Send + fmt::Debug {
    fn cloned(&self) -> Box<dyn Boxed>;
    fn answer(&mut self, call: CallRequest) -> BoxFuture<Result<CallReply, BoxError>>;
}

type BoxError = Box<dyn StdError + Send + Sync>;

impl Calls {
    fn new(service: impl Boxed + 'static) -> Self {
        Self(Box::new(service))
    }
}

impl Clone for Calls {
    fn clone(&self) -> Self {
        Self(self.0.cloned())
    }
}

impl TowerService<CallRequest> for Calls {
    type Response = CallReply;
    type Error = BoxError;
    type Future = BoxFuture<Result<CallReply, BoxError>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(())) // each call is answered by a clone, which waits until it is
    }

    fn call(&mut self, call: CallRequest) -> Self::Future {
        self.0.answer(call)
    }
}

/// Runs the function.
#[derive(Debug, Clone)]
struct Innermost;

impl Boxed for Innermost {
    fn cloned(&self) -> Box<dyn Boxed> {
        Box::new(Self)
    }

    fn answer(&mut self, call: CallRequest) -> BoxFuture<Result<CallReply, BoxError>> {
        let CallRequest { context, run, .. } = call;
        Box::pin(async move {
            let reply = run.await;
            Ok(CallReply { reply, id: context.request().id.clone() })
        })
    }
}

/// A layer's service.
#[derive(Clone)]
struct Wrapped<S>(S);

impl<S> Boxed for Wrapped<S>
where
    S: TowerService<CallRequest, Response = CallReply> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    fn cloned(&self) -> Box<dyn Boxed> {
        Box::new(self.clone())
    }

    fn answer(&mut self, call: CallRequest) -> BoxFuture<Result<CallReply, BoxError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            std::future::poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            service.call(call).await.map_err(Into::into)
        })
    }
}

impl<S> fmt::Debug for Wrapped<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrapped")
    }
}

/// A call that goes through layers.
pub(super) struct Layered(BoxFuture<Result<CallReply, BoxError>>);

impl Layered {
    pub(super) fn new(calls: &Mutex<Calls>, call: CallRequest) -> Self {
        let mut calls = unpoisoned(calls.lock()).clone();
        Self(Box::pin(async move { calls.call(call).await }))
    }
}

impl Work for Layered {
    fn poll(&mut self, _: &Service, context: &Context, cx: &mut task::Context<'_>) -> Poll<Reply> {
        let id = &context.request().id;
        let polled = catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx)));
        let what: Box<dyn fmt::Display> = match polled {
            Ok(answered) => match ready!(answered) {
                Ok(reply) => return Poll::Ready(reply.to(id)),
                Err(error) => Box::new(error),
            },
            Err(_) => Box::new("it panicked"),
        };
        tracing::error!(%what, "a layer failed");
        Poll::Ready(Reply::error(Class::Answered, Some(id), &ErrorObject::internal()))
    }
}

impl Service {
    /// What calls go through.
    pub(super) fn layered(self: &Arc<Self>) -> Option<&Mutex<Calls>> {
        self.layers.as_ref()
    }
}
