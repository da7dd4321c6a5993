use std::fmt;
use std::io::Write;

/// Tells the person at the terminal. Nobody may be there, and that is no reason to end.
pub(super) fn say(what: fmt::Arguments<'_>) {
    // In one write, so that lines of several threads do not mix.
    let _ = std::io::stderr().write_all(format!("{what}\n").as_bytes());
}
