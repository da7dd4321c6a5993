//! Who may talk to the server: a web page that resolves its own name to 127.0.0.1 ("DNS
//! rebinding"), or that simply posts there, comes with a `Host` or an `Origin` that is not ours.

use std::net::IpAddr;

use http::header::{HOST, HeaderValue, ORIGIN, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderName, StatusCode};

use super::proxies::Proxies;
use crate::server::{Error, Limits};
use crate::transport::http::HttpOptions;
use crate::transport::http::authority;
use crate::transport::http::header::{Repeated, single};
use crate::transport::http::reply::Refusal;
use crate::wire::Quoted;

/// The longest a name of a host is.
const LONGEST: usize = 253;

/// The hosts and origins that are served.
#[derive(Debug)]
pub(super) struct Guard {
    any_host: bool,
    any_origin: bool,
    request_line: usize,
    headers: usize,
    /// In lower case; a port if the author gave one.
    hosts: Vec<(String, Option<u16>)>,
    origins: Vec<String>,
    proxies: Proxies,
}

impl Guard {
    /// `own` are the name and the address that were bound.
    pub(super) fn new(
        options: &HttpOptions,
        limits: &Limits,
        own: Vec<String>,
    ) -> Result<Self, Error> {
        let mut hosts: Vec<_> = own.into_iter().map(|host| (host, None)).collect();
        for host in options.allow_hosts.iter().filter(|host| *host != "*") {
            let (name, port) = authority::parse(host).ok_or_else(|| {
                Error::one(format!(
                    "--allow-host {host}: give a name and perhaps a port, as in `mcp.example.com`"
                ))
            })?;
            hosts.push((name.to_ascii_lowercase(), port));
        }
        // On any port: proxies may pass the name on without it.
        hosts.extend(options.public()?.map(|public| (public.host().to_owned(), None)));
        for origin in options.allow_origins.iter().filter(|origin| *origin != "*") {
            if authority::of_origin(origin).is_none() {
                return Err(Error::one(format!(
                    "--allow-origin {origin}: give scheme and name, as in `https://app.example.com`"
                )));
            }
        }
        Ok(Self {
            request_line: limits.request_line,
            headers: limits.headers,
            any_host: options.allow_hosts.iter().any(|host| host == "*"),
            any_origin: options.allow_origins.iter().any(|origin| origin == "*"),
            hosts,
            origins: options.allow_origins.clone(),
            proxies: Proxies::new(&options.trust_proxies)?,
        })
    }

    /// Lets a request in, or says which flag would. Returns its origin if it comes from a page.
    pub(super) fn admit<'a>(&self, request: &'a Parts) -> Result<Option<&'a HeaderValue>, Refusal> {
        if request_line(request) > self.request_line {
            let what = format!("a request line may have {} bytes", self.request_line);
            let what = format!("{what}; --max-request-line sets the limit");
            return Err(Refusal::new(StatusCode::URI_TOO_LONG, what));
        }
        // HTTP/1.1 does not come so far: only HTTP/2 counts bytes alone.
        if request.headers.len() > self.headers {
            let what = format!("a request may have {} headers", self.headers);
            let what = format!("{what}; --max-headers sets the limit");
            return Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, what));
        }
        if !is_framed_once(request) {
            let what = "send the body with one Transfer-Encoding, `chunked`, or none";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, what).closing());
        }
        let host = the_only(request, &HOST)?;
        if !self.any_host {
            let target = request.uri.authority().map(|authority| authority.as_str());
            let host = host.map(text).transpose()?;
            if host.is_none() && target.is_none() {
                return Err(forbidden("the Host header is missing"));
            }
            // A target with a name of its own outranks the header; both have to be ours.
            target.into_iter().chain(host).try_for_each(|host| self.admit_host(host))?;
        }
        let origin = the_only(request, &ORIGIN)?;
        if let Some(origin) = origin.filter(|_| !self.any_origin) {
            self.admit_origin(text(origin)?)?;
        }
        Ok(origin)
    }

    /// The address a request comes from, as far as anyone we trust knows.
    pub(super) fn client(&self, peer: Option<IpAddr>, request: &Parts) -> Option<IpAddr> {
        self.proxies.client(peer, request)
    }

    /// The same, if it was a trusted proxy that told.
    pub(super) fn forwarded(&self, peer: Option<IpAddr>, request: &Parts) -> Option<IpAddr> {
        self.proxies.forwarded(peer, request)
    }

    fn admit_host(&self, host: &str) -> Result<(), Refusal> {
        let Some((name, port)) = authority::parse(host) else {
            return Err(forbidden(format!("Host {} is no host", Quoted(host, LONGEST))));
        };
        if self.is_ours(name, port) {
            return Ok(());
        }
        let name = if name.contains(':') { &format!("[{name}]") } else { name };
        Err(forbidden(format!(
            "Host {} is not allowed; if it is yours, start the server with `--allow-host {name:.LONGEST$}`",
            Quoted(host, LONGEST)
        )))
    }

    fn admit_origin(&self, origin: &str) -> Result<(), Refusal> {
        let listed = self.origins.iter().any(|listed| listed.eq_ignore_ascii_case(origin));
        match authority::of_origin(origin) {
            Some((name, port)) if listed || self.is_ours(name, port) => Ok(()),
            Some(_) => Err(forbidden(format!(
                "Origin {} is not allowed; if you trust its pages, start the server with \
                 `--allow-origin {origin:.LONGEST$}`",
                Quoted(origin, LONGEST)
            ))),
            None => Err(forbidden(format!(
                "Origin {} is not allowed; only `--allow-origin '*'` lets pages without a name in",
                Quoted(origin, LONGEST)
            ))),
        }
    }

    fn is_ours(&self, name: &str, port: Option<u16>) -> bool {
        authority::is_loopback(name)
            || self.hosts.iter().any(|(host, only)| {
                host.eq_ignore_ascii_case(name) && only.is_none_or(|only| port == Some(only))
            })
    }
}

/// The length of `POST /mcp HTTP/1.1`.
fn request_line(request: &Parts) -> usize {
    let target = request.uri.path_and_query().map_or(0, |target| target.as_str().len());
    request.method.as_str().len() + target + "  HTTP/1.1".len()
}

/// Whether a proxy in front of us can but agree on where the body ends. hyper settles everything
/// else: it reads by the last coding alone (RFC 9112, 6.1 and 7.1).
fn is_framed_once(request: &Parts) -> bool {
    let coding = single(&request.headers, &TRANSFER_ENCODING);
    coding.is_ok_and(|coding| {
        coding.is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked"))
    })
}

fn the_only<'a>(request: &'a Parts, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    single(&request.headers, name)
        .map_err(|Repeated| forbidden(format!("the {name} header is repeated")))
}

fn text(value: &HeaderValue) -> Result<&str, Refusal> {
    value.to_str().map_err(|_| forbidden("a Host or Origin header is not plain text"))
}

fn forbidden(what: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, what)
}
