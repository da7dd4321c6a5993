//! Whatever can only be read or written by waiting for it: a thread each.
//!
//! The threads end with the process: one that waits for a terminal cannot be stopped.

use std::fs::File;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf};
use tokio::runtime::Handle;

use super::{Input, Output};

/// What a thread is ahead of us, or behind.
const AHEAD: usize = 64 * 1024;

pub(super) fn input(mut file: File) -> io::Result<Input> {
    let (ours, theirs) = tokio::io::duplex(AHEAD);
    let mut theirs = Blocking { stream: theirs, runtime: Handle::current() };
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        if let Err(error) = io::copy(&mut file, &mut theirs)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            tracing::warn!(%error, "cannot read from the client");
        }
    })?;
    Ok(Box::new(ours))
}

pub(super) fn output(mut file: File) -> io::Result<Output> {
    let (ours, theirs) = tokio::io::duplex(AHEAD);
    let mut theirs = Blocking { stream: theirs, runtime: Handle::current() };
    thread::Builder::new().name("stdout".to_owned()).spawn(move || {
        if let Err(error) = io::copy(&mut theirs, &mut file)
            && error.kind() != io::ErrorKind::BrokenPipe
        {
            tracing::warn!(%error, "cannot write to the client");
        }
    })?;
    Ok(Box::new(Written(ours)))
}

/// A stream as a thread sees it.
struct Blocking {
    stream: DuplexStream,
    runtime: Handle,
}

impl Read for Blocking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.runtime.block_on(self.stream.read(buffer))
    }
}

impl Write for Blocking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.runtime.block_on(self.stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that is not closed before the thread at its other end has written all of it.
struct Written(DuplexStream);

impl AsyncWrite for Written {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.0).poll_shutdown(cx))?;
        // The thread says nothing; it hangs up when it is done.
        Pin::new(&mut self.0).poll_read(cx, &mut ReadBuf::new(&mut [0])).map_ok(drop)
    }
}
