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
use crate::transport::http::{HttpOptions, door};
#[cfg(feature = "sse")]
use crate::transport::sse;

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
    sse: Option<Arc<sse::Endpoint>>,
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
        let path = (mode == Mode::Http).then_some(path);
        if let Some(path) = &path {
            require_free(path, with_sse)?;
        }
        let door = Arc::new(Door::new(options, own_hosts, service, path.as_deref())?);
        #[cfg(not(feature = "sse"))]
        if with_sse {
            return Err(Error::one("the SSE transport is not built in: add the feature `sse`"));
        }
        Ok(Self {
            service: service.clone(),
            #[cfg(feature = "sse")]
            sse: match with_sse {
                true => Some(sse(service, &door, options, path.as_deref())?),
                false => None,
            },
            endpoint: path.map(|path| (path, Endpoint::new(service, &door, options))),
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
                door.guarded(
                    Methods(&[]),
                    door::peer_address(&request),
                    request,
                    async |parts, _| {
                        let asked = parts.uri.path();
                        let what = format!("nothing is at {asked:.200}; this server is at {here}");
                        Err(Refusal::new(StatusCode::NOT_FOUND, what))
                    },
                )
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

/// The older transport, beside the endpoint if that has a path.
#[cfg(feature = "sse")]
fn sse(
    service: &Arc<Service>,
    door: &Arc<Door>,
    options: &HttpOptions,
    endpoint: Option<&str>,
) -> Result<Arc<sse::Endpoint>, Error> {
    let prefix = match options.public()? {
        Some(public) => Some(public.prefix(endpoint.unwrap_or("/sse"))?.to_owned()),
        None => None,
    };
    Ok(sse::Endpoint::new(service.clone(), door.clone(), prefix))
}

/// Refuses a path for the endpoint at which something else is.
fn require_free(path: &str, with_sse: bool) -> Result<(), Error> {
    let what = match path {
        "/sse" | "/messages" if with_sse => "the SSE transport is there",
        _ if ops::PATHS.contains(&path) => "the server's health is told there",
        _ if path.starts_with("/.well-known/oauth-protected-resource") => {
            "clients learn there where tokens come from"
        }
        _ => return Ok(()),
    };
    Err(Error::one(format!("--path {path}: {what}; choose another")))
}
