//! The command line of every server: its transport by flag, its manifest, the author's own flags.

mod args;
mod auth;
mod json_line;
mod logs;
mod manifest;
mod otel;
mod say;
mod secret;
mod serve;
mod signals;

use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches};

use args::{CommandLine, Subcommand};
use say::say;

use crate::server::{Error, Server};

impl Server {
    /// Adds the author's flags to the command line: a `clap::Args` struct, whose value the closures
    /// of [`state_with`](Server::state_with) get.
    ///
    /// ```
    /// #[derive(clap::Args)]
    /// struct Flags {
    ///     /// The file to serve
    ///     #[arg(long)]
    ///     file: std::path::PathBuf,
    /// }
    ///
    /// struct Text(String);
    ///
    /// let server = mcp_runtime::server!()
    ///     .args::<Flags>()
    ///     .state_with(|flags: &Flags| std::fs::read_to_string(&flags.file).map(Text));
    /// # let _ = server;
    /// ```
    pub fn args<A: Args + 'static>(self) -> Server<A> {
        self.with_flags()
    }
}

impl<A: Args + 'static> Server<A> {
    /// Reads the command line and does what it says: serves over the transport it names, or prints
    /// the manifest. What `main` returns.
    ///
    /// Exits with 0 after a shutdown that was asked for, 1 if the server cannot start or serve, and
    /// 2 if the command line is wrong.
    pub fn run(self) -> ExitCode {
        let command = self.command();
        let matches = match command.try_get_matches() {
            Ok(matches) => matches,
            Err(error) => {
                // Help goes to stdout with status 0, mistakes to stderr with 2; nothing to do if that fails.
                let _ = error.print();
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
        };
        match self.run_matches(&matches) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                for line in error.to_string().lines() {
                    say(format_args!("error: {line}"));
                }
                ExitCode::FAILURE
            }
        }
    }

    fn command(&self) -> clap::Command {
        let info = self.info();
        let about = info.description.clone().or_else(|| info.title.clone());
        let command = args::add_limits(A::augment_args(CommandLine::command()), self.limits_set())
            .name(info.name.clone())
            .bin_name(info.name.clone())
            .version(info.version.clone())
            .subcommand_negates_reqs(true);
        match about {
            Some(about) => command.about(about),
            None => command.about(format!("{}: an MCP server", info.name)),
        }
    }

    fn run_matches(self, matches: &clap::ArgMatches) -> Result<(), Error> {
        let wrong = |error: clap::Error| Error::one(error.to_string());
        let line = CommandLine::from_arg_matches(matches).map_err(wrong)?;
        logs::install(&line.logs);
        match line.subcommand {
            // The author's flags may be required, and stay unread: nothing is served.
            Some(Subcommand::Manifest { output }) => manifest::write(&self, output.as_deref()),
            None => {
                let flags = A::from_arg_matches(matches).map_err(wrong)?;
                let limits = args::limits(matches).map_err(Error::one)?;
                serve::serve(self.limits(limits), &flags, &line.serve)
            }
        }
    }
}
