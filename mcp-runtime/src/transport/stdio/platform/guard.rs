//! Keeps stdout for the protocol.

use std::fs::File;
use std::io;

use super::{Ends, Parent};

/// Takes stdin and stdout for the protocol and leaves others in their place: what anyone prints,
/// child processes and C libraries included, goes to stderr, and what anyone reads is empty.
///
/// To be called before there are other threads: what they print meanwhile would reach the client.
#[cfg(unix)]
pub(crate) fn guard() -> io::Result<Ends> {
    use rustix::io::fcntl_dupfd_cloexec;
    use rustix::stdio;

    /// Above stdin, stdout and stderr.
    const PRIVATE: i32 = 3;

    let nothing = File::open("/dev/null")?;
    let input = fcntl_dupfd_cloexec(stdio::stdin(), PRIVATE)?;
    let output = fcntl_dupfd_cloexec(stdio::stdout(), PRIVATE)?;
    stdio::dup2_stdin(&nothing)?;
    stdio::dup2_stdout(stdio::stderr())?;
    Ok(Ends { input: input.into(), output: output.into(), parent: Parent::at_start() })
}

/// As on Unix, but without putting others in their place, which takes code that Rust cannot check:
/// here a function must not print to stdout.
#[cfg(windows)]
pub(crate) fn guard() -> io::Result<Ends> {
    use std::os::windows::io::AsHandle;

    let input = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let output = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    Ok(Ends { input, output, parent: Parent::at_start() })
}
