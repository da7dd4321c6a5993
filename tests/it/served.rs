//! A server on a port of its own, in a thread of its own, for as long as the value lives.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use mcp_runtime::{HttpOptions, Server};
use tokio::sync::oneshot;

pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

/// Serves what `server` makes; it is made where it is served.
pub(crate) fn serve(
    server: impl FnOnce() -> Server + Send + 'static,
    options: HttpOptions,
) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(async {
            tokio::select! {
                ended = server().serve_http_on(listener, options) => panic!("{ended:?}"),
                _ = stopped => {}
            }
        });
    });
    Served { address, _stop: stop }
}
