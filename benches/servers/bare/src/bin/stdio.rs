//! A bare loop over lines: reads, answers, and flushes when nothing more is there to read.

use std::io::{BufRead, BufReader, BufWriter, Write};

use bare::{Lists, Replied};

fn main() {
    let lists = Lists::load();
    let mut lines = BufReader::with_capacity(64 << 10, std::io::stdin().lock());
    let mut out = BufWriter::with_capacity(64 << 10, std::io::stdout().lock());
    let (mut line, mut reply) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line).expect("a pipe") == 0 {
            return;
        }
        reply.clear();
        if lists.answer(&line, &mut reply) != Replied::Nothing {
            reply.push(b'\n');
            out.write_all(&reply).expect("a reader");
        }
        if lines.buffer().is_empty() {
            out.flush().expect("a reader");
        }
    }
}
