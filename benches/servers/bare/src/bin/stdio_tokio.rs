//! The bare loop over lines, on tokio.

use bare::{Lists, Replied};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::pipe;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(serve());
}

async fn serve() {
    let lists = Lists::load();
    // Reopened, so that they can be made non-blocking without a word to who else has them.
    let stdin = pipe::OpenOptions::new().open_receiver("/proc/self/fd/0").expect("stdin is a pipe");
    let mut stdout =
        pipe::OpenOptions::new().open_sender("/proc/self/fd/1").expect("stdout is a pipe");
    let mut lines = BufReader::with_capacity(64 << 10, stdin);
    let (mut line, mut replies) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).await.expect("a pipe") == 0 {
            return;
        }
        if lists.answer(&line, &mut replies) != Replied::Nothing {
            replies.push(b'\n');
        }
        if lines.buffer().is_empty() || replies.len() >= 64 << 10 {
            stdout.write_all(&replies).await.expect("a reader");
            replies.clear();
        }
    }
}
