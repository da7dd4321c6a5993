//! Bytes → lines: where one message ends and the next begins.

use std::pin::pin;
use std::task::{Context, Poll};
use std::{io, mem};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::wire::until;

/// What is read at once. A call keeps the block it came in alive, so blocks are not larger.
const BLOCK: usize = 64 * 1024;

/// The room below which a block is left to the calls that came in it.
const LEAST_ROOM: usize = 8 * 1024;

/// Splits what is read into lines, without copying them unless they are long.
#[derive(Debug)]
pub(super) struct Lines {
    buffer: BytesMut,
    /// How much of `buffer` is known to hold no line end.
    scanned: usize,
    limit: usize,
    /// The rest of a line over the limit is still to come.
    skipping: bool,
    /// Nothing but a byte order mark may have come.
    at_start: bool,
}

/// A line, as far as it was kept.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadLine {
    Message(Bytes),
    /// A line over the limit; its bytes are gone.
    TooLong,
}

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self { buffer: BytesMut::new(), scanned: 0, limit, skipping: false, at_start: true }
    }

    /// Reads once; 0 at the end.
    pub(super) fn poll_read(
        &mut self,
        input: &mut (impl AsyncRead + Unpin + ?Sized),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.buffer.capacity() - self.buffer.len() < LEAST_ROOM {
            self.buffer.reserve(BLOCK);
        }
        pin!(input.read_buf(&mut self.buffer)).poll(cx) // dropping it loses nothing
    }

    /// The next complete line that is not empty.
    pub(super) fn next(&mut self) -> Option<ReadLine> {
        while let Some(end) = self.find_end() {
            let line = self.buffer.split_to(end);
            self.scanned = 0;
            if let Some(line) = self.complete(line) {
                return Some(line);
            }
        }
        if self.skipping {
            self.forget();
        } else if self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer).len() > self.limit {
            self.forget();
            self.skipping = true;
            return Some(ReadLine::TooLong);
        }
        None
    }

    /// What came after the last line end, once nothing more will.
    pub(super) fn rest(&mut self) -> Option<ReadLine> {
        self.scanned = 0;
        let rest = mem::take(&mut self.buffer);
        self.complete(rest)
    }

    /// The place behind the next line end.
    fn find_end(&mut self) -> Option<usize> {
        let unseen = self.buffer.get(self.scanned..)?;
        self.scanned += until(unseen, |byte| byte == b'\n');
        (self.scanned < self.buffer.len()).then_some(self.scanned + 1)
    }

    fn complete(&mut self, mut line: BytesMut) -> Option<ReadLine> {
        if mem::take(&mut self.skipping) {
            return None;
        }
        if mem::take(&mut self.at_start) && line.starts_with(b"\xEF\xBB\xBF") {
            let _ = line.split_to(3);
        }
        let text = line.trim_ascii_end().len(); // takes CRLF too
        if text == 0 {
            return None;
        }
        if text > self.limit {
            return Some(ReadLine::TooLong);
        }
        line.truncate(text);
        // A buffer that has grown for one line is about twice as large: it is used again, so that a
        // call keeps no more alive than its line.
        Some(ReadLine::Message(match text > BLOCK {
            true => Bytes::copy_from_slice(&line),
            false => line.freeze(),
        }))
    }

    fn forget(&mut self) {
        self.buffer.clear();
        self.scanned = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// What the lines of these reads are, at a limit of eight bytes.
    async fn lines(reads: &[&str]) -> Vec<String> {
        let mut lines = Lines::new(8);
        let mut found = Vec::new();
        for read in reads {
            poll_fn(|cx| lines.poll_read(&mut read.as_bytes(), cx)).await.unwrap();
            found.extend(std::iter::from_fn(|| lines.next()));
            assert!(lines.buffer.len() <= 8, "kept {}", lines.buffer.len());
        }
        found.extend(lines.rest());
        let text = |line| match line {
            ReadLine::Message(bytes) => String::from_utf8(bytes.into()).unwrap(),
            ReadLine::TooLong => "too long".to_owned(),
        };
        found.into_iter().map(text).collect()
    }

    #[tokio::test]
    async fn lines_may_come_in_pieces_and_several_at_once() {
        assert_eq!(lines(&["a", "b\nc", "\nd\ne\n", "\n", "f"]).await, ["ab", "c", "d", "e", "f"]);
    }

    #[tokio::test]
    async fn line_ends_of_windows_and_empty_lines_are_taken() {
        assert_eq!(lines(&["a\r\n\r\n\n  \nb\r", "\nc\r"]).await, ["a", "b", "c"]);
    }

    #[tokio::test]
    async fn a_byte_order_mark_may_stand_at_the_start_only() {
        assert_eq!(lines(&["\u{feff}a\n", "\u{feff}b\n"]).await, ["a", "\u{feff}b"]);
        assert_eq!(lines(&["\u{feff}\na\n"]).await, ["a"]);
    }

    #[tokio::test]
    async fn a_line_over_the_limit_is_told_once_and_skipped() {
        assert_eq!(lines(&["12345678\n123456789\na\n"]).await, ["12345678", "too long", "a"]);
        assert_eq!(
            lines(&["123456", "789", "0123456789", "01\na\n"]).await,
            ["too long", "a"],
            "over several reads"
        );
        assert_eq!(lines(&["123456789", "0"]).await, ["too long"], "without an end");
    }
}
