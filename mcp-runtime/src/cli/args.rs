use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgMatches, Args, Command, Parser, ValueEnum};

use super::auth::AuthArgs;
use super::logs::LogArgs;
use crate::server::Limits;

/// What every server understands, before the author's own flags.
#[derive(Debug, Parser)]
pub(super) struct CommandLine {
    #[command(flatten)]
    pub(super) serve: ServeArgs,

    #[command(flatten)]
    pub(super) logs: LogArgs,

    #[command(subcommand)]
    pub(super) subcommand: Option<Subcommand>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    /// Print what this server offers, as stable JSON
    Manifest {
        /// Write it to this file instead of stdout
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// How to serve.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// How clients reach the server
    #[arg(short, long, env = "MCP_TRANSPORT", value_enum, default_value_t)]
    pub(super) transport: Transport,

    /// Address to listen on (sse, http)
    #[arg(long, env = "MCP_HOST", default_value = "127.0.0.1", value_name = "ADDRESS")]
    pub(super) host: String,

    /// Port to listen on; 0 picks a free one (sse, http). PORT sets it too [default: 8000]
    #[arg(long, env = "MCP_PORT")]
    pub(super) port: Option<u16>,

    /// Path of the endpoint (http)
    #[arg(long, env = "MCP_PATH", default_value = "/mcp")]
    pub(super) path: String,

    /// Keep no sessions and no streams: one request, one JSON reply (http)
    #[arg(long, env = "MCP_STATELESS", value_parser = FalseyValueParser::new())]
    pub(super) stateless: bool,

    /// Serve clients of the old HTTP+SSE transport too, under /sse (http)
    #[arg(long, env = "MCP_WITH_SSE", value_parser = FalseyValueParser::new())]
    pub(super) with_sse: bool,

    /// Host header to accept besides localhost and the address listened on; `*` accepts any (sse, http)
    #[arg(long, env = "MCP_ALLOW_HOST", value_delimiter = ',', value_name = "HOST")]
    pub(super) allow_host: Vec<String>,

    /// Origin header to accept besides localhost's; `*` accepts any (sse, http)
    #[arg(long, env = "MCP_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    pub(super) allow_origin: Vec<String>,

    /// URL of the endpoint that clients know, if a proxy stands before it (sse, http)
    #[arg(long, env = "MCP_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<String>,

    /// Network of proxies that are believed who the client is, such as 10.0.0.0/8 (sse, http)
    #[arg(long, env = "MCP_TRUST_PROXY", value_delimiter = ',', value_name = "CIDR")]
    pub(super) trust_proxy: Vec<String>,

    /// Certificate to serve HTTPS with, and those that lead to its authority, as PEM (sse, http)
    #[arg(long, env = "MCP_TLS_CERT", value_name = "FILE")]
    pub(super) tls_cert: Option<PathBuf>,

    /// The certificate's private key, as PEM (sse, http)
    #[arg(long, env = "MCP_TLS_KEY", value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,

    /// Port of /healthz, /readyz and /metrics; 0 picks a free one (sse, http) [default: that of the endpoint]
    #[arg(long, env = "MCP_OPS_PORT", value_name = "PORT")]
    pub(super) ops_port: Option<u16>,

    /// Serve /metrics for Prometheus (sse, http; needs the feature `metrics`) [default: off]
    #[arg(long, env = "MCP_METRICS", value_parser = FalseyValueParser::new())]
    pub(super) metrics: bool,

    /// Send traces of requests to the OpenTelemetry collector that the OTEL_* variables name (needs
    /// the feature `otel`) [default: off]
    #[arg(long, env = "MCP_OTEL", value_parser = FalseyValueParser::new())]
    pub(super) otel: bool,

    /// Seconds that running calls have to finish when the server is asked to stop; then they are
    /// cut off with an error [default: 5]
    #[arg(long, env = "MCP_DRAIN", value_name = "SECONDS", value_parser = seconds)]
    pub(super) drain: Option<Duration>,

    /// Secret of 64 hex digits, shared by processes that serve the same clients; the first one
    /// seals what a client carries between rounds of questions, all of them open it [default: random].
    /// MCP_STATE_KEY_FILE names a file of such keys, one a line
    #[arg(
        long,
        env = "MCP_STATE_KEY",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "KEY"
    )]
    pub(super) state_key: Vec<String>,

    #[command(flatten)]
    pub(super) auth: AuthArgs,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Transport {
    /// Lines over stdin and stdout, for a client that starts the server itself
    #[default]
    Stdio,
    /// The HTTP+SSE transport of the oldest clients
    Sse,
    /// Streamable HTTP
    Http,
}

/// Adds a flag for each limit; what the author has set is its default.
pub(super) fn add_limits(command: Command, limits: &Limits) -> Command {
    let flags = Limits::TABLE.iter().map(|limit| {
        let what = limit.what.trim_end_matches('.');
        Arg::new(limit.flag)
            .long(limit.flag)
            .env(limit.environment)
            .value_name(limit.unit.placeholder())
            .value_parser(|text: &str| {
                limit.set(&mut Limits::default(), text).map(|()| text.to_owned())
            })
            .default_value(limit.shown(limits))
            .help_heading("Limits")
            .hide_short_help(true)
            .help(format!("{what}; past it {}", limit.refusal))
    });
    command.args(flags)
}

/// What the flags say.
pub(super) fn limits(matches: &ArgMatches) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for limit in Limits::TABLE {
        if let Some(text) = matches.get_one::<String>(limit.flag) {
            limit.set(&mut limits, text)?;
        }
    }
    Ok(limits)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| "give a number of seconds, as in 5 or 0.5".to_owned())
}
