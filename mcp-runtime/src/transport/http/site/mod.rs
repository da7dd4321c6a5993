//! What is served on one address: which path leads where.
//!
//! `routes` takes a request from its connection: a message goes straight to the endpoint, everything
//! else through the router of a [`Site`]. `ops` is what operators ask for, with `metrics` if they are
//! built in.

#[cfg(feature = "metrics")]
mod metrics;
pub(super) mod ops;
mod routes;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use http::StatusCode;

pub(super) use routes::Routes;

use crate::server::{Error, Service};
use crate::transport::http::door::{Door, Methods};
use crate::transport::http::endpoint::Endpoint;
use crate::transport::http::reply::Refusal;
use crate::transport::http::sessions::Sessions;
use crate::transport::http::{HttpOptions, door, reply};

/// What is served over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Streamable HTTP, and the older transport beside it if the options say so.
    Http,
    /// The older transport alone.
    Sse,
}

/// All that is served on one address.
#[derive(Debug)]
pub(super) struct Site {
    service: Arc<Service>,
    door: Arc<Door>,
    endpoint: Option<(String, Arc<Endpoint>)>,
    #[cfg(feature = "sse")]
    sse: Option<Arc<crate::transport::sse::Endpoint>>,
}

impl Site {
    /// `own_hosts` are the names of the address bound.
    pub(super) fn new(
        service: &Arc<Service>,
        options: &HttpOptions,
        mode: Mode,
        own_hosts: Vec<String>,
    ) -> Result<Self, Error> {
        let path = options.routed_path().ok_or_else(|| {
            let path = &options.path;
            Error::one(format!(
                "--path {path}: give a path of letters, digits and `-._~/`, as in /mcp"
            ))
        })?;
        let with_sse = options.with_sse || mode == Mode::Sse;
        let served = (mode == Mode::Http).then_some(&*path);
        if let Some(what) = served.and_then(|path| taken(path, with_sse)) {
            return Err(Error::one(format!("--path {path}: {what}; choose another")));
        }
        let door = Arc::new(Door::new(options, own_hosts, service, served)?);
        #[cfg(not(feature = "sse"))]
        if with_sse {
            return Err(Error::one("the SSE transport is not built in: add the feature `sse`"));
        }
        // What a proxy puts before the paths beside the endpoint.
        #[cfg(feature = "sse")]
        let prefix = match options.public()?.filter(|_| with_sse) {
            Some(public) => {
                let shown = if mode == Mode::Sse { "/sse" } else { &*path };
                Some(public.prefix(shown)?.to_owned())
            }
            None => None,
        };
        let endpoint = (mode == Mode::Http).then(|| {
            let store = || options.event_store.clone().unwrap_or_else(|| reply::in_memory(service));
            let sessions = (!options.stateless)
                .then(|| Sessions::new(&service.limits, store(), service.life()));
            (path, Arc::new(Endpoint { service: service.clone(), sessions, door: door.clone() }))
        });
        Ok(Self {
            service: service.clone(),
            endpoint,
            #[cfg(feature = "sse")]
            sse: with_sse.then(|| {
                crate::transport::sse::Endpoint::new(service.clone(), door.clone(), prefix)
            }),
            door,
        })
    }

    /// The routes, for an application that has others.
    pub(super) fn router(&self) -> Router {
        let mut router = self.door.router();
        if let Some((path, endpoint)) = &self.endpoint {
            router = router.merge(endpoint.clone().router(path));
        }
        #[cfg(feature = "sse")]
        if let Some(sse) = &self.sse {
            router = router.merge(sse.clone().router());
        }
        router
    }

    /// The routes, and an answer for every other path.
    pub(super) fn whole_router(&self) -> Router {
        let door = self.door.clone();
        let here = match &self.endpoint {
            Some((path, _)) => path.clone(),
            None => "/sse".to_owned(),
        };
        self.router().fallback(move |request: Request| {
            let (door, here) = (door.clone(), here.clone());
            async move {
                door.admitted(Methods(&[]), door::peer(&request), request, async |parts, _| {
                    let asked = parts.uri.path();
                    let what = format!("nothing is at {asked:.200}; this server is at {here}");
                    Err(Refusal::new(StatusCode::NOT_FOUND, what))
                })
                .await
            }
        })
    }

    /// What our own listener serves: these routes, and its endpoint before all others.
    pub(super) fn routes(&self, router: Router) -> Routes {
        match &self.endpoint {
            Some((path, endpoint)) => Routes::new(path, endpoint, router),
            None => router.into(),
        }
    }

    /// Ends streams when the server drains, and sessions when it is over.
    pub(super) async fn end_in_time(self: Arc<Self>) {
        self.service.life().draining().await;
        self.close_streams();
        self.service.life().over().await;
        self.end();
    }

    /// Ends the streams on which nothing is to come any more.
    fn close_streams(&self) {
        if let Some(sessions) = self.sessions() {
            sessions.close_streams();
        }
        #[cfg(feature = "sse")]
        if let Some(sse) = &self.sse {
            sse.close_streams();
        }
    }

    /// Ends every session, and the calls that run on without a client.
    pub(super) fn end(&self) {
        if let Some(sessions) = self.sessions() {
            sessions.end_all();
        }
    }

    pub(super) fn sessions(&self) -> Option<&Arc<Sessions>> {
        self.endpoint.as_ref()?.1.sessions.as_ref()
    }
}

/// What is at a path already that an endpoint may not have.
fn taken(path: &str, with_sse: bool) -> Option<&'static str> {
    match path {
        "/sse" | "/messages" if with_sse => Some("the SSE transport is there"),
        _ if ops::PATHS.contains(&path) => Some("the server's health is told there"),
        _ if path.starts_with("/.well-known/oauth-protected-resource") => {
            Some("clients learn there where tokens come from")
        }
        _ => None,
    }
}
