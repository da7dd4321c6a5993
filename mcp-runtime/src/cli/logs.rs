use std::io;

use tracing::level_filters::LevelFilter;

/// Writes the server's log lines to stderr; stdout may be the wire. A subscriber the author has
/// installed stays.
pub(super) fn install(level: LevelFilter) {
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_target(false)
        .try_init();
}
