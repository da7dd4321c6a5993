//! The sockets: who comes in, and how it all ends.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Terms;
use super::admission::Admission;
use crate::handler::task;
use crate::server::{Error, Life};

/// How long nothing is accepted after the system could not: it may be out of file descriptors.
const BACK_OFF: Duration = Duration::from_millis(200);

/// A bound address.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    /// The name it was bound by, if it was bound by one.
    host: Option<String>,
}

/// Binds an address; port 0 takes a free one.
pub(crate) async fn bind(host: &str, port: u16) -> Result<Listener, Error> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let shown =
        if bare.contains(':') { format!("[{bare}]:{port}") } else { format!("{bare}:{port}") };
    let bound = TcpListener::bind((bare, port)).await;
    let listener = bound.and_then(|socket| Listener::new(socket, Some(bare.to_owned())));
    listener.map_err(|error| cannot_listen(&shown, &error))
}

fn cannot_listen(address: &str, error: &io::Error) -> Error {
    let why = match error.kind() {
        ErrorKind::AddrInUse => {
            "address in use; choose another with --port, or 0 for a free one".to_owned()
        }
        ErrorKind::PermissionDenied => {
            "not permitted; choose a port from 1024 on with --port, or 0 for a free one".to_owned()
        }
        ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; choose another with --host".to_owned()
        }
        _ => error.to_string(),
    };
    Error::one(format!("cannot listen on {address}: {why}"))
}

impl Listener {
    fn new(socket: TcpListener, host: Option<String>) -> io::Result<Self> {
        Ok(Self { address: socket.local_addr()?, socket, host })
    }

    /// The first of the addresses that can be had.
    pub(in crate::transport::http) async fn bind(
        address: impl ToSocketAddrs,
    ) -> Result<Self, Error> {
        let bound = match address.to_socket_addrs() {
            Ok(addresses) => TcpListener::bind(&*addresses.collect::<Vec<_>>()).await,
            Err(error) => Err(error),
        };
        let listener = bound.and_then(|socket| Self::new(socket, None));
        listener.map_err(|error| Error::one(format!("cannot listen: {error}")))
    }

    /// A socket that somebody else has bound.
    pub(in crate::transport::http) fn from_std(
        socket: std::net::TcpListener,
    ) -> Result<Self, Error> {
        let listener = socket
            .set_nonblocking(true)
            .and_then(|()| TcpListener::from_std(socket))
            .and_then(|socket| Self::new(socket, None));
        listener.map_err(|error| Error::one(format!("cannot use the listener: {error}")))
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The names by which clients may call what was bound; an unspecified address is none.
    pub(in crate::transport::http) fn own_hosts(&self) -> Vec<String> {
        let address = self.address.ip();
        if address.is_unspecified() {
            return Vec::new();
        }
        self.host.iter().cloned().chain([address.to_string()]).collect()
    }

    /// Serves until it is over. While the server drains there is an answer for who comes: that it stops.
    pub(in crate::transport::http) async fn serve(self, terms: Terms) {
        let mut admission = Admission::new(&terms.service, &terms.budget);
        let mut connections = JoinSet::new();
        let life = terms.service.life();
        while let Some((stream, client)) = self.accept(&mut connections, life).await {
            let Some((stream, admitted)) = admission.admit(stream) else { continue };
            connections.spawn(task(terms.clone().serve(stream, client, admitted)));
        }
        while connections.join_next().await.is_some() {}
    }

    /// The next client; `None` when it is time to stop.
    async fn accept(
        &self,
        connections: &mut JoinSet<()>,
        life: &Life,
    ) -> Option<(TcpStream, SocketAddr)> {
        let mut stop = pin!(life.over());
        loop {
            let accepted = poll_fn(|cx| {
                if stop.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                while let Poll::Ready(Some(_)) = connections.poll_join_next(cx) {}
                self.socket.poll_accept(cx).map(Some)
            })
            .await?;
            match accepted {
                Ok((stream, client)) => {
                    // Small writes must not wait for the client's acknowledgement of others.
                    let _ = stream.set_nodelay(true);
                    return Some((stream, client));
                }
                Err(error) if is_about_one_client(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections");
                    let mut rest = pin!(tokio::time::sleep(BACK_OFF));
                    poll_fn(|cx| match stop.as_mut().poll(cx) {
                        Poll::Ready(()) => Poll::Ready(None),
                        Poll::Pending => rest.as_mut().poll(cx).map(Some),
                    })
                    .await?;
                }
            }
        }
    }
}

/// The client hung up before it was accepted.
fn is_about_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}
