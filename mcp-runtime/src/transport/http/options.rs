#[cfg(feature = "cli")]
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use super::EventStore;
#[cfg(feature = "cli")]
use super::Mode;

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
#[non_exhaustive]
pub struct HttpOptions {
    /// Where the endpoint is: `/mcp` unless said.
    pub path: String,
    /// Keeps no session and opens no stream.
    pub stateless: bool,
    /// Serves the HTTP+SSE transport of old clients beside it.
    pub with_sse: bool,
    /// Names in `Host` that are served beside loopback and the address bound.
    pub allow_hosts: Vec<String>,
    /// Web pages that may call, beside those of an allowed host.
    pub allow_origins: Vec<String>,
    /// What keeps the messages of broken streams; memory unless said.
    pub event_store: Option<Arc<dyn EventStore>>,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            stateless: false,
            with_sse: false,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            event_store: None,
        }
    }
}

impl HttpOptions {
    /// The endpoint's path, with or without slashes around it; letters, digits and `-._~/`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Plain requests and replies, for serverless hosts and load balancers: no session is kept, no
    /// stream is opened, what functions say while they run is dropped, and every reply is JSON.
    pub fn stateless(mut self, stateless: bool) -> Self {
        self.stateless = stateless;
        self
    }

    /// Whether `/sse` and `/messages` are served beside the endpoint, for clients that know only
    /// the HTTP+SSE transport.
    pub fn with_sse(mut self, with_sse: bool) -> Self {
        self.with_sse = with_sse;
        self
    }

    /// Serves requests whose `Host` is one of these names too, on any port unless one is given;
    /// `*` serves all, which is safe only behind a proxy that checks the name.
    pub fn allow_hosts(mut self, hosts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allow_hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Lets web pages of these origins call (`https://app.example.com`); `*` lets all.
    pub fn allow_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allow_origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Keeps what was sent on the streams of sessions elsewhere than in memory.
    pub fn event_store(mut self, store: impl EventStore) -> Self {
        self.event_store = Some(Arc::new(store));
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
        let path = self.routed_path().unwrap_or_default();
        let endpoint = (mode == Mode::Http).then_some(&*path);
        let sse = (mode == Mode::Sse || self.with_sse).then_some("/sse");
        endpoint.into_iter().chain(sse).map(|path| format!("http://{address}{path}")).collect()
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
