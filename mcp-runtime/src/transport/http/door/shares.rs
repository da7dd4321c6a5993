use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::context::unpoisoned;
use crate::transport::http::reply::Holding;
use axum::body::Body;
use axum::response::Response;

/// How much each address holds of something, which has a bound.
#[derive(Debug)]
pub(in crate::transport::http) struct Shares {
    limit: usize,
    held: Mutex<HashMap<IpAddr, usize>>,
}

/// One of what an address holds, until it is dropped.
#[derive(Debug)]
pub(in crate::transport::http) struct Share {
    of: IpAddr,
    shares: Arc<Shares>,
}

impl Shares {
    pub(in crate::transport::http) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, held: Mutex::default() })
    }

    /// One more for that address; `None` if it has as many as it may have.
    pub(in crate::transport::http) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Share> {
        let of = network(address);
        let mut held = self.held();
        let count = held.entry(of).or_default();
        if *count >= self.limit {
            return None; // at one at least, so nothing is left behind
        }
        *count += 1;
        Some(Share { of, shares: self.clone() })
    }

    fn held(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        unpoisoned(self.held.lock())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        match held.get_mut(&self.of) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(held.remove(&self.of)),
        }
    }
}

impl Share {
    /// Holds it until the response is sent, or its client has hung up.
    pub(super) fn until_sent(self, response: Response) -> Response {
        response.map(|body| Body::new(Holding::new(body, self)))
    }
}

/// Who an address belongs to: one host may have a whole /64 of IPv6.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_as_many_as_it_may_and_leaves_nothing() {
        let shares = Shares::new(2);
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let (first, second) = (shares.take(one).unwrap(), shares.take(one).unwrap());
        assert!(shares.take(one).is_none());
        assert!(shares.take(other).is_some(), "each has its own");
        drop(first);
        let third = shares.take(one).unwrap();
        drop((second, third));
        assert!(shares.held().is_empty());
    }

    #[test]
    fn an_ipv6_host_is_its_network() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:0:0:2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), IpAddr::from([192, 0, 2, 1]));
    }
}
