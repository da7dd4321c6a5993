//! Who may connect: bounds on connections, before anything of HTTP is read.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::crowd::{Crowd, give_back};
use crate::context::{Budget, Reserved, unpoisoned};
use crate::handler::task;
use crate::server::{Limits, NO_MEMORY, Service};
use crate::transport::http::door::{Share, Shares};

/// What a connection holds beside the head of a request: buffers, and the task that serves it.
const CONNECTION: usize = 16 * 1024;

/// Operators who may be connected at once: probes, and who gathers metrics.
const OPERATORS: usize = 32;

/// What the connections of operators may hold: of their own, so that no crowd of clients keeps them out.
pub(in crate::transport::http) fn of_operators(limits: &Limits) -> Arc<Budget> {
    Budget::new(OPERATORS.saturating_mul(CONNECTION + limits.header_bytes))
}

/// Clients that are told at once that they may not connect. Past it connections are just closed.
const REFUSED: usize = 64;

/// How long one of them may take to read that, and how much it may say meanwhile.
const REFUSAL_TIME: Duration = Duration::from_secs(1);
const REFUSAL_BYTES: usize = 64 * 1024;

/// Lets connections in as long as there are few enough.
pub(super) struct Admission {
    service: Arc<Service>,
    /// Of which connections take.
    budget: Arc<Budget>,
    open: Arc<Mutex<Crowd>>,
    peers: Arc<Shares>,
    refused: JoinSet<()>,
}

/// A connection that was let in; dropped when it ends.
#[derive(Debug)]
pub(super) struct Admitted {
    open: Arc<Mutex<Crowd>>,
    _share: Share,
    _reserved: Reserved,
}

/// Why a connection is not let in.
#[derive(Debug, PartialEq, Eq)]
struct Turned(&'static str, String);

impl Admission {
    pub(super) fn new(service: &Arc<Service>, budget: &Arc<Budget>) -> Self {
        let peers = Shares::new(service.limits.connections_per_peer);
        let (service, budget) = (service.clone(), budget.clone());
        Self { service, budget, open: Arc::default(), peers, refused: JoinSet::new() }
    }

    /// Lets the connection in, or tells its client why not.
    pub(super) fn admit(&mut self, stream: TcpStream) -> Option<(TcpStream, Admitted)> {
        let peer = stream.peer_addr().ok()?.ip();
        match self.count(peer) {
            Ok(admitted) => Some((stream, admitted)),
            Err(turned) => {
                while self.refused.try_join_next().is_some() {}
                if self.refused.len() < REFUSED {
                    self.refused.spawn(task(async move {
                        let _ = tokio::time::timeout(REFUSAL_TIME, refuse(stream, turned)).await;
                    }));
                }
                None
            }
        }
    }

    fn count(&self, peer: IpAddr) -> Result<Admitted, Turned> {
        const BUSY: &str = "503 Service Unavailable";
        let limits = &self.service.limits;
        let mut open = lock(&self.open);
        if open.len() >= limits.connections {
            let what = format!("{} connections are open (--max-connections)", limits.connections);
            return Err(Turned(BUSY, what));
        }
        let share = self.peers.take(peer).ok_or_else(|| {
            let most = limits.connections_per_peer;
            let what = format!("you have {most} connections open (--max-connections-per-peer)");
            Turned("429 Too Many Requests", what)
        })?;
        let reserved = self.budget.reserve(CONNECTION + limits.header_bytes);
        let reserved = reserved.ok_or_else(|| Turned(BUSY, NO_MEMORY.to_owned()))?;
        open.enter();
        Ok(Admitted { open: self.open.clone(), _share: share, _reserved: reserved })
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let crowd_has_gone = lock(&self.open).leave();
        if crowd_has_gone {
            give_back();
        }
    }
}

fn lock(open: &Mutex<Crowd>) -> MutexGuard<'_, Crowd> {
    unpoisoned(open.lock())
}

/// Answers whatever the client asks. It is read until it hangs up: closed with something unread, a
/// connection is reset, and the answer may be lost.
async fn refuse(mut stream: TcpStream, Turned(status, what): Turned) {
    let body = format!(r#"{{"jsonrpc":"2.0","error":{{"code":-32600,"message":"{what}"}}}}"#);
    let response = format!(
        "HTTP/1.1 {status}\r\nRetry-After: 1\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    if stream.write_all(response.as_bytes()).await.is_err() || stream.shutdown().await.is_err() {
        return;
    }
    let (mut read, mut unread) = (0, [0; 1024]);
    while let Ok(some @ 1..) = stream.read(&mut unread).await
        && read < REFUSAL_BYTES
    {
        read += some;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Server;

    async fn admission(limits: Limits) -> Admission {
        let service = Server::new("test", "1").limits(limits).build(&()).await.unwrap();
        Admission::new(&service, service.budget())
    }

    #[tokio::test]
    async fn each_peer_and_all_together_have_a_bound() {
        let admission = admission(Limits::default().connections(3).connections_per_peer(2)).await;
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = admission.count(one).unwrap();
        let _second = admission.count(one).unwrap();
        assert_eq!(admission.count(one).unwrap_err().0, "429 Too Many Requests");
        let third = admission.count(other).unwrap();
        assert_eq!(admission.count(other).unwrap_err().0, "503 Service Unavailable");
        drop(first);
        admission.count(one).unwrap();
        drop(third);
        assert_eq!(lock(&admission.open).len(), 1, "nothing is left of who has gone");
    }

    #[tokio::test]
    async fn a_connection_takes_of_the_memory_there_is() {
        let limits = Limits::default().header_bytes(8192).memory(2 * (CONNECTION + 8192));
        let admission = admission(limits).await;
        let peer = IpAddr::from([192, 0, 2, 1]);
        let (first, _second) = (admission.count(peer).unwrap(), admission.count(peer).unwrap());
        assert_eq!(
            admission.count(peer).unwrap_err(),
            Turned("503 Service Unavailable", NO_MEMORY.into())
        );
        drop(first);
        admission.count(peer).unwrap();
    }
}
