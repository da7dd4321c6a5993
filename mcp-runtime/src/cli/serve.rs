use std::io;
use std::sync::Arc;

use clap::Args;
use tokio::runtime::{Builder, Runtime};

use super::args::{ServeArgs, Transport};
use super::say::say;
use super::{otel, secret, signals};
use crate::server::{Error, Server, Service};
#[cfg(feature = "http")]
use crate::transport::http::HttpOptions;

/// Serves until the transport ends or a signal asks for it.
pub(super) fn serve<A: Args + 'static>(
    server: Server<A>,
    flags: &A,
    args: &ServeArgs,
) -> Result<(), Error> {
    if cfg!(panic = "abort") {
        say(format_args!(
            "warning: built with panic = \"abort\": a panic in a function ends the server"
        ));
    }
    let state_keys = secret::values("MCP_STATE_KEY", &args.state_key)?;
    let server = state_keys.into_iter().fold(server, Server::state_key);
    let server = args.drain.into_iter().fold(server, Server::drain);
    match args.transport {
        Transport::Stdio => stdio(server, flags, args),
        Transport::Sse | Transport::Http => http(server, flags, args),
    }
}

/// Without a feature its flag still exists, and says what to do.
#[cfg(not(all(
    feature = "stdio",
    feature = "http",
    feature = "sse",
    feature = "tls",
    feature = "auth",
    feature = "otel"
)))]
pub(super) fn not_built(feature: &str) -> Error {
    Error::one(format!(
        "built without the feature `{feature}` of mcp-runtime; add it in Cargo.toml"
    ))
}

#[cfg(feature = "stdio")]
fn stdio<A: 'static>(server: Server<A>, flags: &A, args: &ServeArgs) -> Result<(), Error> {
    use crate::transport::stdio;

    let info = server.info();
    if stdio::is_terminal() {
        say(format_args!(
            "{} {} waits for MCP messages on stdin, one JSON object a line; a client usually starts it.\n\
             Serve over the network with `--transport http`; `--help` says what else it can do.",
            info.name, info.version
        ));
    }
    // Before any thread exists, so that no thread can hold the wire.
    let ends = stdio::guard()
        .map_err(|error| Error::one(format!("cannot take over stdin and stdout: {error}")))?;
    // One thread: what stdio waits for is one peer, and a wake-up across threads costs more than the work.
    let runtime = runtime(Builder::new_current_thread())?;
    run(runtime, server, flags, args, async |service| stdio::serve(service, ends).await)
}

#[cfg(not(feature = "stdio"))]
fn stdio<A: 'static>(_: Server<A>, _: &A, _: &ServeArgs) -> Result<(), Error> {
    Err(not_built("stdio"))
}

#[cfg(feature = "http")]
fn http<A: 'static>(server: Server<A>, flags: &A, args: &ServeArgs) -> Result<(), Error> {
    use std::net::SocketAddr;

    use crate::transport::http::{self, Mode};

    let mode = match args.transport {
        #[cfg(not(feature = "sse"))]
        Transport::Sse => return Err(not_built("sse")),
        #[cfg(feature = "sse")]
        Transport::Sse => Mode::Sse,
        _ => Mode::Http,
    };
    let mut options = HttpOptions::default()
        .path(&args.path)
        .stateless(args.stateless)
        .with_sse(args.with_sse)
        .allow_hosts(&args.allow_host)
        .allow_origins(&args.allow_origin)
        .metrics(args.metrics)
        .trust_proxies(&args.trust_proxy);
    options.public_url.clone_from(&args.public_url);
    options.ops_port = args.ops_port;
    let options = with_tls(options, args)?;
    let options = args.auth.apply(options)?;
    let port = port(args)?;
    let runtime = runtime(several_threads())?;
    run(runtime, server, flags, args, async |service| {
        let listener = http::bind(&args.host, port).await?;
        let urls = options.urls(listener.local_addr(), mode);
        let public = options.public_urls(mode)?;
        let ready = |ops: Option<SocketAddr>| {
            urls.iter().for_each(|url| say(format_args!("listening on {url}")));
            public.iter().for_each(|url| say(format_args!("clients come by {url}")));
            ops.iter().for_each(|ops| say(format_args!("health is told at http://{ops}/healthz")));
        };
        http::serve(service, listener, &options, mode, ready).await
    })
}

#[cfg(not(feature = "http"))]
fn http<A: 'static>(_: Server<A>, _: &A, _: &ServeArgs) -> Result<(), Error> {
    Err(not_built("http"))
}

#[cfg(feature = "tls")]
fn with_tls(options: HttpOptions, args: &ServeArgs) -> Result<HttpOptions, Error> {
    match (&args.tls_cert, &args.tls_key) {
        (None, None) => Ok(options),
        (Some(certificate), Some(key)) => Ok(options.tls(certificate, key)),
        (Some(_), None) => Err(Error::one("--tls-cert needs the key it was made for: --tls-key")),
        (None, Some(_)) => Err(Error::one("--tls-key needs its certificate: --tls-cert")),
    }
}

#[cfg(all(feature = "http", not(feature = "tls")))]
fn with_tls(options: HttpOptions, args: &ServeArgs) -> Result<HttpOptions, Error> {
    match args.tls_cert.as_ref().or(args.tls_key.as_ref()) {
        None => Ok(options),
        Some(_) => Err(not_built("tls")),
    }
}

/// `--port` or `MCP_PORT`, else the `PORT` that hosts give, else 8000.
#[cfg(feature = "http")]
fn port(args: &ServeArgs) -> Result<u16, Error> {
    const DEFAULT: u16 = 8000;
    match (args.port, std::env::var("PORT")) {
        (Some(port), _) => Ok(port),
        (None, Ok(port)) => port.parse().map_err(|_| {
            Error::one(format!("PORT is {port:?}, which is no port; set it to 0-65535"))
        }),
        (None, Err(_)) => Ok(DEFAULT),
    }
}

/// At least two, so that a function which blocks one leaves the other, even on one core.
#[cfg(feature = "http")]
fn several_threads() -> Builder {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(cores.max(2));
    builder
}

fn runtime(mut builder: Builder) -> Result<Runtime, Error> {
    let runtime: io::Result<_> = builder.enable_all().build();
    runtime.map_err(|error| Error::one(format!("cannot start the runtime: {error}")))
}

/// Serves until it ends by itself, or a signal asks for it.
fn run<A: 'static>(
    runtime: Runtime,
    server: Server<A>,
    flags: &A,
    args: &ServeArgs,
    serve: impl AsyncFnOnce(Arc<Service>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (server, send_traces) = otel::begin(server, args.otel)?;
    let signal = signals::watch(server.drain_limit());
    let served = runtime.block_on(server.shutdown_on(signal).live(flags, serve));
    // A function that blocks must not keep the process alive: its thread ends with it.
    runtime.shutdown_background();
    send_traces();
    served
}
