//! What differs from system to system: file descriptors, and how a parent's death is noticed.
//!
//! `guard` takes the descriptors for the protocol; they are `polled` where that works, and otherwise
//! have `threads`. `parent` is the process that started us.
//!
//! Only Linux reads and writes without threads: there a pipe can be opened anew, so that
//! `O_NONBLOCK` stays ours. A flag set on what others have open too (a terminal, a file, a socket
//! that is also stderr) would be theirs as well, and their prints would begin to fail.

mod guard;
mod parent;
#[cfg(target_os = "linux")]
mod polled;
mod threads;

use std::fs::File;
use std::future::pending;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::handler::BoxFuture;

pub(crate) use guard::guard;
pub(super) use parent::Parent;

/// The ends of the client's pipes, which nothing else in this process has.
#[derive(Debug)]
pub(crate) struct Ends {
    input: File,
    output: File,
    parent: Parent,
}

/// The [`Ends`] as streams of a runtime.
pub(super) struct Streams {
    pub(super) input: Input,
    pub(super) output: Output,
    /// Ready once nobody reads what is written, where the system tells of it before it is written.
    pub(super) unread: BoxFuture<()>,
}

pub(super) type Input = Box<dyn AsyncRead + Send + Unpin>;
pub(super) type Output = Box<dyn AsyncWrite + Send + Unpin>;

/// Whether a person would type the messages; to be asked before the [`guard()`].
#[cfg(feature = "cli")]
pub(crate) fn is_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stdin())
}

impl Ends {
    /// Who started us.
    pub(super) fn parent(&self) -> Parent {
        self.parent
    }

    /// Makes them streams of the runtime we are in.
    pub(super) fn open(self) -> io::Result<Streams> {
        #[cfg(target_os = "linux")]
        let (input, output, unread) = (
            polled::input(&self.input),
            polled::output(&self.output),
            polled::unread(&self.output),
        );
        #[cfg(not(target_os = "linux"))]
        let (input, output, unread) = (None, None, None);
        let input = match input {
            Some(input) => input,
            None => threads::input(self.input)?,
        };
        let output = match output {
            Some(output) => output,
            None => threads::output(self.output)?,
        };
        Ok(Streams { input, output, unread: unread.unwrap_or_else(|| Box::pin(pending())) })
    }
}
