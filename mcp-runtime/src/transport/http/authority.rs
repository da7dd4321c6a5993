//! Names of hosts, as they stand in `Host`, in `Origin` and in URLs.

use std::net::{IpAddr, Ipv6Addr};

/// `name`, `name:port`, `[::1]` or `[::1]:port`; the brackets stay off, and the port may be empty
/// (RFC 3986, 3.2.3). `None` if it is neither.
pub(super) fn parse(text: &str) -> Option<(&str, Option<u16>)> {
    let (name, rest) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, rest) = rest.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (address, rest)
        }
        None => {
            let plain =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
            let end = text.bytes().position(|byte| !plain(byte)).unwrap_or(text.len());
            (end > 0).then(|| text.split_at(end))?
        }
    };
    match rest.strip_prefix(':') {
        None if !rest.is_empty() => None,
        None | Some("") => Some((name, None)),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((name, Some(port.parse().ok()?)))
        }
        Some(_) => None,
    }
}

/// The authority of `http://…` or `https://…`; `None` for `null` and other schemes.
pub(super) fn of_origin(origin: &str) -> Option<(&str, Option<u16>)> {
    let (scheme, rest) = origin.split_once("://")?;
    let default = match scheme {
        _ if scheme.eq_ignore_ascii_case("https") => 443,
        _ if scheme.eq_ignore_ascii_case("http") => 80,
        _ => return None,
    };
    let (name, port) = parse(rest)?;
    Some((name, port.or(Some(default))))
}

pub(super) fn is_loopback(name: &str) -> bool {
    name == "127.0.0.1"
        || name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
