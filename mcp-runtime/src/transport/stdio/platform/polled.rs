//! Pipes and sockets, read and written without threads.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};

use rustix::path::DecInt;
use tokio::io::Interest;
use tokio::net::{UnixStream, unix::pipe};

use super::{Input, Output};
use crate::handler::BoxFuture;

/// `None` if it is neither, or cannot be opened without a trace on what others share.
pub(super) fn input(file: &File) -> Option<Input> {
    match kind(file)? {
        Kind::Pipe => {
            let pipe = pipe::OpenOptions::new().open_receiver(path(file)).ok()?;
            Some(Box::new(pipe))
        }
        Kind::Socket => Some(Box::new(socket(file)?)),
    }
}

/// As [`input`].
pub(super) fn output(file: &File) -> Option<Output> {
    match kind(file)? {
        Kind::Pipe => {
            let pipe = pipe::OpenOptions::new().open_sender(path(file)).ok()?;
            Some(Box::new(pipe))
        }
        Kind::Socket => Some(Box::new(socket(file)?)),
    }
}

/// Waits until a pipe has no reader any more; `None` if it is no pipe.
pub(super) fn unread(file: &File) -> Option<BoxFuture<()>> {
    let pipe = pipe::OpenOptions::new().open_sender(path(file)).ok()?;
    Some(Box::pin(async move {
        // Fails only with the runtime, and then all has ended.
        while pipe.ready(Interest::ERROR).await.is_ok_and(|ready| !ready.is_error()) {}
    }))
}

enum Kind {
    Pipe,
    Socket,
}

fn kind(file: &File) -> Option<Kind> {
    let kind = file.metadata().ok()?.file_type();
    match (kind.is_fifo(), kind.is_socket()) {
        (true, _) => Some(Kind::Pipe),
        (_, true) if !is_stderr(file) => Some(Kind::Socket),
        _ => None,
    }
}

/// Opening this gives a pipe flags of its own.
fn path(file: &File) -> PathBuf {
    Path::new("/proc/self/fd").join(DecInt::from_fd(file))
}

/// A socket cannot be opened anew. The other end has flags of its own; our parent, which made this
/// end for us, has no use for it.
fn socket(file: &File) -> Option<UnixStream> {
    let socket = StdUnixStream::from(OwnedFd::from(file.try_clone().ok()?));
    socket.set_nonblocking(true).ok()?;
    UnixStream::from_std(socket).ok()
}

fn is_stderr(file: &File) -> bool {
    let stderr = std::io::stderr().as_fd().try_clone_to_owned().map(File::from);
    let same = |stderr: File| {
        let (one, other) = (file.metadata().ok()?, stderr.metadata().ok()?);
        Some(one.dev() == other.dev() && one.ino() == other.ino())
    };
    stderr.ok().and_then(same).unwrap_or(true) // if in doubt, a thread
}
