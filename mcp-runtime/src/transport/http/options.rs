#[cfg(feature = "cli")]
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
#[cfg(feature = "tls")]
use std::path::PathBuf;
use std::sync::Arc;

use super::EventStore;
#[cfg(feature = "cli")]
use super::Mode;
use super::public::PublicUrl;
use crate::server::Error;

/// How a server is reached over HTTP. The defaults are safe on a developer's machine; each option
/// has a flag of the same name.
///
/// ```
/// use mcp_runtime::HttpOptions;
///
/// let options = HttpOptions::default()
///     .path("/tools")
///     .allow_hosts(["mcp.example.com"])
///     .allow_origins(["https://app.example.com"]);
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
pub struct HttpOptions {
    pub(super) path: String,
    pub(super) stateless: bool,
    pub(super) with_sse: bool,
    pub(super) allow_hosts: Vec<String>,
    pub(super) allow_origins: Vec<String>,
    pub(super) metrics: bool,
    pub(crate) ops_port: Option<u16>,
    pub(super) event_store: Option<Arc<dyn EventStore>>,
    pub(crate) public_url: Option<String>,
    pub(super) trust_proxies: Vec<String>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::connection::TlsFiles>,
    #[cfg(feature = "auth")]
    pub(super) auth: Option<super::Auth>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            stateless: false,
            with_sse: false,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            metrics: false,
            ops_port: None,
            event_store: None,
            public_url: None,
            trust_proxies: Vec::new(),
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "auth")]
            auth: None,
        }
    }
}

impl HttpOptions {
    /// Where the endpoint is (basic/transports, "Streamable HTTP"); `/mcp` unless said. Slashes around
    /// it may be left out, and it is served with one behind it, too.
    ///
    /// Refused at start: a path of anything but letters, digits and `-._~/`, or with an empty part; and
    /// one at which something else is: `/healthz`, `/readyz`, `/metrics`, what begins with
    /// `/.well-known/oauth-protected-resource`, and beside [`with_sse`](Self::with_sse) `/sse` and
    /// `/messages`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Plain requests and replies, for serverless hosts and load balancers; off unless said. No session
    /// is kept, no stream is opened, what functions say while they run is dropped, and every reply is
    /// JSON. Sessions and streams are what a server may have (basic/transports, "Session Management").
    pub fn stateless(mut self, stateless: bool) -> Self {
        self.stateless = stateless;
        self
    }

    /// Whether `/sse` and `/messages` are served beside the endpoint, for clients that know only the
    /// older HTTP+SSE transport (basic/transports, "Backwards Compatibility"); off unless said.
    ///
    /// Refused at start: `true`, if the feature `sse` is not built in.
    pub fn with_sse(mut self, with_sse: bool) -> Self {
        self.with_sse = with_sse;
        self
    }

    /// Serves requests whose `Host` is one of these names too, on any port unless one is given as in
    /// `mcp.example.com:8443`: what keeps pages out that resolve their own name to this machine
    /// (basic/transports, "Security Warning"). Loopback names are always served, and so is the IP
    /// address that the server listens on, if it is one; all others get 403. `*` serves all, which is
    /// safe only behind a proxy that checks the name. Calls add up.
    ///
    /// Refused at start: what is no name of a host, such as a URL.
    pub fn allow_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allow_hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Lets web pages of these origins call, as in `https://app.example.com` (basic/transports,
    /// "Security Warning"), and read the answers. Pages of a host that is served always may; all
    /// others get 403. `*` lets all. Calls add up.
    ///
    /// Refused at start: what has no scheme `http` or `https`, or no name of a host.
    pub fn allow_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allow_origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Whether `/metrics` is served, for Prometheus: requests by method, name of the function and
    /// outcome, and how long they took; off unless said. The routes of
    /// [`into_router_with`](crate::Server::into_router_with) never have it.
    ///
    /// Refused at start: `true`, if the feature `metrics` is not built in.
    pub fn metrics(mut self, metrics: bool) -> Self {
        self.metrics = metrics;
        self
    }

    /// Serves `/healthz`, `/readyz` and `/metrics` on a port of their own, at the same address and
    /// without TLS; unless said they are beside the endpoint. They need no credentials, and no `Host` of
    /// theirs is checked. With 0 the system chooses the port, which only `run` tells.
    /// The routes of [`into_router_with`](crate::Server::into_router_with) never have them.
    ///
    /// Refused at start: a port that cannot be listened on.
    pub fn ops_port(mut self, port: u16) -> Self {
        self.ops_port = Some(port);
        self
    }

    /// Keeps what was sent on the streams of sessions elsewhere than in memory, where clients that come
    /// back ask for it (streamable-http, "Resumability and redelivery"); how much memory holds is said
    /// at [`EventStore`], which has an example. Where [`stateless`](Self::stateless) is on, nothing is
    /// kept.
    pub fn event_store(mut self, store: impl EventStore) -> Self {
        self.event_store = Some(Arc::new(store));
        self
    }

    /// The URL by which clients reach the endpoint through a proxy: `https://example.com/mcp`; none
    /// unless said.
    ///
    /// Its name is served as one of [`allow_hosts`](Self::allow_hosts) is, and what the server says
    /// of its own addresses begins with it. Where the URL has a path before that of the endpoint, as
    /// in `https://example.com/tools/mcp`, the proxy is to take it off. A URL without a path is that of
    /// the site: the endpoint is at its own path there.
    ///
    /// Refused at start: what is no URL of `http` or `https`; one with a user, a query or a fragment, or
    /// with a path of anything but letters, digits and `-._~/%`; and beside
    /// [`with_sse`](Self::with_sse) one with a path that does not end in that of the endpoint.
    pub fn public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Takes the word of proxies in these networks (`10.0.0.0/8`, `192.0.2.1`) for who the client
    /// is: the rightmost address in `X-Forwarded-For` or `Forwarded` (RFC 7239) that is none of theirs.
    /// Without it these headers are not looked at; where both are there and disagree, neither is
    /// believed. Scheme and name are not taken from headers: [`public_url`](Self::public_url) says them.
    /// Calls add up.
    ///
    /// Refused at start: what is no IP address, with or without the length of a network behind it. Names
    /// are none.
    pub fn trust_proxies(mut self, networks: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.trust_proxies.extend(networks.into_iter().map(Into::into));
        self
    }

    /// Serves HTTPS: HTTP/1.1 and HTTP/2 over TLS 1.2 or 1.3, with the certificate and the key of
    /// these PEM files; plain HTTP unless said. The first holds the server's certificate and then those
    /// that lead to its authority. Both are read again when they change, at most once a second; a pair
    /// that does not work is reported then, and the one before it stays.
    ///
    /// ```no_run
    /// # async fn serve() -> Result<(), mcp_runtime::Error> {
    /// use mcp_runtime::{HttpOptions, Server};
    ///
    /// let options = HttpOptions::default()
    ///     .tls("/etc/mcp/certificate.pem", "/etc/mcp/key.pem")
    ///     .allow_hosts(["mcp.example.com"]);
    /// Server::new("clock", "1.0.0").serve_http("0.0.0.0:8443", options).await
    /// # }
    /// ```
    ///
    /// Refused at start: files that cannot be read, that hold no certificate or no key, or not the key
    /// that the certificate was made for. [`into_router_with`](crate::Server::into_router_with) refuses
    /// it always: a router opens no connections.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls =
            Some(super::connection::TlsFiles { certificate: certificate.into(), key: key.into() });
        self
    }

    /// Asks every caller for a bearer token (basic/authorization); anyone may call unless said. Of
    /// several, the last one counts.
    ///
    /// Refused at start: an [`Auth`](crate::Auth) that lets nobody in; a static token that is short,
    /// has no name, has other characters or is there twice, and a name that is; an issuer or an
    /// audience that is no `https` URL, or `http` on this machine; introspection without an issuer or
    /// with credentials that cannot be sent; and the scope `offline_access`.
    #[cfg(feature = "auth")]
    pub fn auth(mut self, auth: super::Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// The URLs a client is given. An unspecified address is not one to call; loopback is.
    #[cfg(feature = "cli")]
    pub(crate) fn urls(&self, mut address: SocketAddr, mode: Mode) -> Vec<String> {
        if address.ip().is_unspecified() {
            address.set_ip(match address {
                SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        let scheme = if self.is_secure() { "https" } else { "http" };
        self.paths(mode).iter().map(|path| format!("{scheme}://{address}{path}")).collect()
    }

    /// The URLs a client is given that comes through a proxy; none if there is no proxy.
    #[cfg(feature = "cli")]
    pub(crate) fn public_urls(&self, mode: Mode) -> Result<Vec<String>, Error> {
        let paths = self.paths(mode);
        let (Some(public), Some((local, others))) = (self.public()?, paths.split_first()) else {
            return Ok(Vec::new());
        };
        let others = others.iter().map(|other| public.sibling(local, other));
        std::iter::once(Ok(public.endpoint(local))).chain(others).collect()
    }

    /// The paths that clients are told of, the one of `public_url` first.
    #[cfg(feature = "cli")]
    fn paths(&self, mode: Mode) -> Vec<String> {
        let path = self.routed_path().unwrap_or_default();
        let endpoint = (mode == Mode::Http).then_some(path);
        let sse = (mode == Mode::Sse || self.with_sse).then(|| "/sse".to_owned());
        endpoint.into_iter().chain(sse).collect()
    }

    pub(super) fn public(&self) -> Result<Option<PublicUrl>, Error> {
        self.public_url.as_deref().map(PublicUrl::parse).transpose()
    }

    #[cfg(feature = "cli")]
    fn is_secure(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }

    /// The path as it is routed: a slash before it, none behind it; `None` if it cannot be one.
    pub(super) fn routed_path(&self) -> Option<String> {
        let inner = self.path.trim_matches('/');
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        (inner.bytes().all(plain) && !inner.contains("//")).then(|| format!("/{inner}"))
    }
}

#[cfg(test)]
mod tests {
    use super::HttpOptions;

    #[test]
    fn a_path_is_routed_with_one_slash_before_it() {
        for (given, routed) in [
            ("/mcp", Some("/mcp")),
            ("mcp/", Some("/mcp")),
            ("/a/b", Some("/a/b")),
            ("", Some("/")),
            ("/{any}", None),
            ("/a//b", None),
            ("/a b", None),
            ("/mcp?x=1", None),
        ] {
            let options = HttpOptions::default().path(given);
            assert_eq!(options.routed_path().as_deref(), routed, "{given}");
        }
    }
}
