//! The URL by which clients know a server that stands behind a proxy.

use super::authority;
use crate::server::Error;

/// An address that somebody else serves for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PublicUrl {
    /// Scheme, name and port.
    origin: String,
    host: String,
    /// Without a slash at its end: empty if the URL is a whole site.
    path: String,
}

impl PublicUrl {
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        Self::of(url).ok_or_else(|| {
            Error::one(format!(
                "--public-url {url}: give scheme, name and path, as in `https://example.com/mcp`"
            ))
        })
    }

    fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let at = rest.find('/').unwrap_or(rest.len());
        let (site, path) = (rest[..at].to_ascii_lowercase(), rest[at..].trim_end_matches('/'));
        let (host, _) = authority::parse(&site)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
        let is_ours = ["http", "https"].contains(&&*scheme)
            && path.bytes().all(plain)
            && !path.contains("//");
        is_ours.then(|| Self {
            origin: format!("{scheme}://{site}"),
            host: host.to_owned(),
            path: path.to_owned(),
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Where the endpoint is that is at `local` here: at the URL itself, unless that is a site.
    pub(super) fn endpoint(&self, local: &str) -> String {
        let path = if self.path.is_empty() { local } else { &self.path };
        format!("{}{path}", self.origin)
    }

    /// What the proxy puts before our paths, known by where it shows `local`.
    pub(super) fn prefix(&self, local: &str) -> Result<&str, Error> {
        let Self { origin, path, .. } = self;
        let prefix = path.strip_suffix(local.trim_end_matches('/'));
        prefix.or(path.is_empty().then_some("")).ok_or_else(|| {
            Error::one(format!(
                "--public-url {origin}{path}: does not end in {local}, so nothing says where \
                 clients see /sse and /messages; have the proxy keep the ends of paths, and give \
                 the URL that ends in {local}"
            ))
        })
    }

    /// Where the path `other` is seen, if `local` is where the URL says.
    pub(super) fn sibling(&self, local: &str, other: &str) -> Result<String, Error> {
        Ok(format!("{}{}{other}", self.origin, self.prefix(local)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_names_a_site_or_an_endpoint() {
        let endpoint = |url| PublicUrl::of(url).map(|public: PublicUrl| public.endpoint("/mcp"));
        for (url, is) in [
            ("https://example.com/mcp", "https://example.com/mcp"),
            ("HTTPS://Example.com/Tools/mcp/", "https://example.com/Tools/mcp"),
            ("http://example.com", "http://example.com/mcp"),
            ("https://example.com/", "https://example.com/mcp"),
            ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ] {
            assert_eq!(endpoint(url).as_deref(), Some(is), "{url}");
        }
        for url in [
            "",
            "example.com",
            "example.com/mcp",
            "ftp://example.com",
            "https://",
            "https:///mcp",
            "https://user@example.com",
            "https://example.com:port",
            "https://example.com/a?b",
            "https://example.com/a#b",
            "https://example.com//a",
            "https://example.com/a b",
            "https://example.com?x=1",
            "https://exa\r\nmple.com",
        ] {
            assert_eq!(endpoint(url), None, "{url}");
        }
    }

    #[test]
    fn what_stands_before_our_paths_is_seen_in_the_url() {
        let sibling = |url, local| PublicUrl::of(url).unwrap().sibling(local, "/sse");
        for (url, local, is) in [
            ("https://example.com/tools/mcp", "/mcp", "https://example.com/tools/sse"),
            ("https://example.com/mcp", "/mcp", "https://example.com/sse"),
            ("https://example.com", "/mcp", "https://example.com/sse"),
            ("https://example.com/tools", "/", "https://example.com/tools/sse"),
            ("https://example.com/tools/sse", "/sse", "https://example.com/tools/sse"),
        ] {
            assert_eq!(sibling(url, local).unwrap(), is);
        }
        let error = sibling("https://example.com/tools", "/mcp").unwrap_err().to_string();
        assert!(error.contains("does not end in /mcp"), "{error}");
    }
}
