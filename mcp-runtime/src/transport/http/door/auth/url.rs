use std::net::IpAddr;

use http::Uri;

/// An address that may be asked: `https`, or `http` on this machine, where nobody listens in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    text: String,
    pub(super) secure: bool,
    /// Without brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

impl Url {
    /// `Err`: what is wrong with it, behind its name.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| "is no URL")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("is no URL with scheme and host");
        };
        if text.contains('#') {
            return Err("has a fragment, which an identifier must not have");
        }
        if authority.as_str().contains('@') {
            return Err("names a user; give scheme, host and path");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let secure = match scheme {
            "https" => true,
            "http" if is_this_machine(&host) => false,
            _ => return Err("is not https; http will do on this machine only"),
        };
        let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { text: text.to_owned(), secure, host, port })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme and authority, and the rest: a path with a slash before it and none behind.
    pub(super) fn origin_and_path(&self) -> (&str, &str) {
        let scheme = self.text.find("://").map_or(0, |at| at + 3);
        let rest = self.text.get(scheme..).unwrap_or_default();
        let path = rest.find(['/', '?']).map_or(self.text.len(), |at| scheme + at);
        let (origin, path) = self.text.split_at(path);
        (origin, path.trim_end_matches('/'))
    }

    /// `/.well-known/NAME` between the origin and the path (RFC 8414, 3.1; RFC 9728, 3.1).
    pub(super) fn well_known(&self, name: &str) -> String {
        let (origin, path) = self.origin_and_path();
        format!("{origin}/.well-known/{name}{path}")
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_can_read_along_is_asked() {
        for good in [
            "https://id.example",
            "https://id.example:8443/a",
            "http://localhost:1/a",
            "http://[::1]:1",
        ] {
            assert!(Url::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "id.example",
            "/a",
            "http://id.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "ftp://id.example",
            "https://id.example/#a",
            "https://ada@id.example",
            "https://ada:secret@id.example/",
        ] {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_well_known_part_goes_before_the_path() {
        for (url, expected) in [
            ("https://a.example", "https://a.example/.well-known/x"),
            ("https://a.example/", "https://a.example/.well-known/x"),
            ("https://a.example:1/b/c", "https://a.example:1/.well-known/x/b/c"),
            ("https://a.example/b/", "https://a.example/.well-known/x/b"),
        ] {
            assert_eq!(Url::parse(url).unwrap().well_known("x"), expected);
        }
    }
}
