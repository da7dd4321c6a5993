//! The server's log lines, on stderr; stdout may be the wire.

use std::io::{self, Write};

use clap::builder::FalseyValueParser;
use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::json_line::JsonLine;
use crate::server::ACCESS;

/// What is logged.
#[derive(Debug, Args)]
pub(super) struct LogArgs {
    /// Which of the server's own log lines go to stderr: off, error, warn, info, debug, trace
    #[arg(long, env = "MCP_LOG_LEVEL", default_value = "warn", value_name = "LEVEL")]
    log_level: LevelFilter,

    /// How log lines are written
    #[arg(long, env = "MCP_LOG_FORMAT", value_enum, default_value_t)]
    log_format: Format,

    /// Log a line for each request, whatever the level: method, name, duration, outcome [default: off]
    #[arg(long, env = "MCP_ACCESS_LOG", value_parser = FalseyValueParser::new())]
    access_log: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A line to read
    #[default]
    Text,
    /// A JSON object a line
    Json,
}

/// Begins to log. A subscriber the author has installed stays.
pub(super) fn install(args: &LogArgs) {
    let access = if args.access_log { LevelFilter::INFO } else { LevelFilter::OFF };
    let filter = Targets::new().with_default(args.log_level).with_target(ACCESS, access);
    let layer = fmt::layer().with_writer(Stderr).with_target(false);
    let _ = match args.log_format {
        Format::Text => tracing_subscriber::registry().with(layer.with_filter(filter)).try_init(),
        Format::Json => {
            let layer = layer.event_format(JsonLine).with_filter(filter);
            tracing_subscriber::registry().with(layer).try_init()
        }
    };
}

/// Writes each event as one line, whatever peers put into it.
struct Stderr;

impl MakeWriter<'_> for Stderr {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

impl Write for Stderr {
    /// One event: the subscriber hands it over whole.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        io::stderr().write_all(one_line(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Spells out what would begin another line, or make a terminal do something; as JSON does it, so
/// that an event in JSON stays what it was.
fn one_line(event: &str) -> String {
    let mut line = String::with_capacity(event.len() + 1);
    for character in event.trim_end_matches('\n').chars() {
        if acts(character) {
            line.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

/// Whether a character does something instead of being shown: controls, and marks that turn the
/// direction of what follows.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_peers_send_begins_no_line_and_moves_no_cursor() {
        assert_eq!(
            one_line("a\u{1b}[2Jb\nERROR c\r\u{9b}d\u{202e}e\u{61c}\n"),
            "a\\u001b[2Jb\\u000aERROR c\\u000d\\u009bd\\u202ee\\u061c\n"
        );
        assert_eq!(one_line("größe \"a\\nb\"\n"), "größe \"a\\nb\"\n");
    }
}
