//! Proxies whose word is taken for who the client is (RFC 7239, and `X-Forwarded-For` of old).
//!
//! Anyone can send such headers. Each proxy adds the address it was called from on the right, so
//! what is left of the first address that is no trusted proxy's may be made up.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::{FORWARDED, HeaderName};
use http::request::Parts;
use http::{HeaderMap, Request};

use crate::server::Error;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The most proxies that may stand between a client and us.
const HOPS: usize = 16;

/// Who is trusted.
#[derive(Debug, Default)]
pub(super) struct Proxies(Vec<Network>);

/// The addresses that begin with the same bits. IPv4 stands in IPv6's mapped range, for it may come
/// either way.
#[derive(Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    host_bits: u32,
}

impl Proxies {
    pub(super) fn new(networks: &[String]) -> Result<Self, Error> {
        let parse = |text: &String| {
            Network::parse(text).ok_or_else(|| {
                Error::one(format!(
                    "--trust-proxy {text}: give an address or a network, as in `10.0.0.0/8`"
                ))
            })
        };
        networks.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// The address a request comes from; `None` if nobody knows who is connected.
    pub(super) fn client(&self, peer: Option<IpAddr>, request: &Parts) -> Option<IpAddr> {
        Some(self.behind(peer?, &request.headers))
    }

    /// The address that a trusted proxy tells of; `None` if none does, and all there is to know is
    /// who is connected. A client that sends the header its proxy does not set is the proxy: hiding
    /// behind headers that disagree makes nobody uncounted.
    pub(super) fn forwarded(&self, peer: Option<IpAddr>, request: &Parts) -> Option<IpAddr> {
        let peer = peer.filter(|peer| self.trust(*peer))?;
        let tells = |name| request.headers.contains_key(name);
        let client = self.behind(peer, &request.headers);
        (client != peer || (tells(FORWARDED_FOR) && tells(FORWARDED))).then_some(client)
    }

    /// Who stands behind a peer, as far as trusted proxies tell. Two headers that do not agree tell
    /// nothing: one of them came with the request, and nothing says which.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trust(peer) {
            return peer;
        }
        let named = |name: &HeaderName, hop: fn(&str) -> Option<IpAddr>| {
            let values = headers.get_all(name).iter().rev();
            let mut any = false;
            let hops = values.flat_map(|value| value.to_str().unwrap_or("?").rsplit(','));
            let hops = hops.map(|text| hop(text.trim())).inspect(|_| any = true);
            let client = self.walk(peer, hops);
            any.then_some(client)
        };
        match (named(&FORWARDED_FOR, address), named(&FORWARDED, forwarded_for)) {
            (Some(one), Some(other)) if one != other => peer,
            (one, other) => one.or(other).unwrap_or(peer),
        }
    }

    /// The first of the hops, from the right, that is nobody's we trust, or the last we can read.
    fn walk(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut client = peer;
        for hop in hops.take(HOPS) {
            let Some(hop) = hop.filter(|_| self.trust(client)) else { break };
            client = hop;
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// Who is connected, if axum was told.
pub(in crate::transport) fn peer_address<T>(request: &Request<T>) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.ip().to_canonical())
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let host_bits = u32::checked_sub(bits, length.unwrap_or(bits))?;
        Some(Self { address: number(address), host_bits })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let differs = self.address ^ number(address);
        differs.checked_shr(self.host_bits).unwrap_or(0) == 0
    }
}

fn number(address: IpAddr) -> u128 {
    let mapped = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    mapped.to_bits()
}

/// An address, perhaps with a port behind it; IPv6 stands in brackets then.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let address = match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())),
    };
    address.map(|address| address.to_canonical())
}

/// The address in one element of `Forwarded`: `for=192.0.2.1;proto=https`,
/// `for="[2001:db8::1]:4711"`. Names that stand for an address, and `unknown`, are none.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("for"))?;
    let quoted = node.strip_prefix('"').and_then(|node| node.strip_suffix('"'));
    address(quoted.unwrap_or(node))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";
    const CLIENT: &str = "203.0.113.7";

    /// Who a peer turns out to be that sends these headers.
    fn behind(peer: &str, headers: &[(&'static str, &'static str)]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"].map(str::to_owned);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Proxies::new(&networks).unwrap().behind(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let says = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=198.51.100.1")];
        for header in says {
            assert_eq!(behind(CLIENT, &[header]), CLIENT);
            assert_eq!(behind(PROXY, &[header]), "198.51.100.1");
        }
        assert_eq!(behind(PROXY, &[]), PROXY);
        let nobody = Proxies::new(&[]).unwrap();
        let map = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(CLIENT))]);
        assert_eq!(nobody.behind(PROXY.parse().unwrap(), &map).to_string(), PROXY);
    }

    #[test]
    fn what_a_client_made_up_stands_left_of_it() {
        let list = "1.1.1.1, 203.0.113.7, 10.9.9.9";
        assert_eq!(behind(PROXY, &[("x-forwarded-for", list)]), CLIENT);
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7,192.0.2.1")];
        assert_eq!(behind(PROXY, &lines), CLIENT);
        let nodes = r#"for=1.1.1.1, For="[2001:db9::7]:4711";proto=https, by=x;for=10.2.2.2:80"#;
        assert_eq!(behind(PROXY, &[("forwarded", nodes)]), "2001:db9::7");
        assert_eq!(behind("2001:db8::5", &[("x-forwarded-for", "::ffff:203.0.113.7")]), CLIENT);
    }

    #[test]
    fn what_cannot_be_read_ends_the_search() {
        for text in [
            "",
            ",",
            " , ,",
            "unknown",
            "_hidden",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.4:x",
            "[::1",
            "::1]",
            "[1.2.3.4]",
            "localhost",
            "\u{e9}",
            "1.1.1.1,",
            "for=1.1.1.1",
            "1.1.1.1 2.2.2.2",
        ] {
            assert_eq!(behind(PROXY, &[("x-forwarded-for", text)]), PROXY, "{text:?}");
        }
        for text in ["for", "for=", "for=\"", "for=\"1.1.1.1", "by=1.1.1.1", ";;=;", "for=unknown"]
        {
            assert_eq!(behind(PROXY, &[("forwarded", text)]), PROXY, "{text:?}");
        }
        assert_eq!(behind(PROXY, &[("x-forwarded-for", "1.1.1.1, junk, 10.0.0.2")]), "10.0.0.2");
    }

    #[test]
    fn headers_that_disagree_are_not_believed() {
        let says = |one, other| behind(PROXY, &[("x-forwarded-for", one), ("forwarded", other)]);
        assert_eq!(says(CLIENT, "for=203.0.113.7"), CLIENT);
        assert_eq!(says(CLIENT, "for=1.1.1.1"), PROXY);
        assert_eq!(says("1.1.1.1", "for=203.0.113.7"), PROXY);
    }

    #[test]
    fn a_chain_of_proxies_has_an_end() {
        let chain = |hops: usize| {
            let list = vec!["10.0.0.2"; hops].join(",");
            behind(PROXY, &[("x-forwarded-for", Box::leak(format!("1.1.1.1,{list}").into()))])
        };
        assert_eq!(chain(HOPS - 1), "1.1.1.1");
        assert_eq!(chain(HOPS), "10.0.0.2");
    }

    #[test]
    fn a_network_is_an_address_and_a_length() {
        let contains = |network, address: &str| {
            Network::parse(network).map(|network| network.contains(address.parse().unwrap()))
        };
        for (network, address, is) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ] {
            assert_eq!(contains(network, address), Some(is), "{network} {address}");
        }
        for text in ["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "::/129", "x", "10.0.0.0/"]
        {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
