//! The corpus of the fuzz targets, and some thousands of mutations of it, on stable and in seconds.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

use targets::{Site, TARGETS};

/// Mutations of one corpus.
const MUTATIONS: usize = 1500;

/// What a random byte rarely is.
const TOKENS: &[&[u8]] = &[
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"[",
    b"null",
    b"-0",
    b"1e999",
    b"\n",
    b"\0",
    b"%00",
    b"%2e",
    b"%2F",
    b"..",
    b"/",
    b"?",
    b"&",
    b"=",
    b"=?base64?",
    b"?=",
    b"SESSION",
    b"\xff",
    b"\xed\xa0\x80",
    b"A",
    b"-",
    b"_",
    b":",
    b"2.0",
];

/// Xorshift: the same on each machine, so that what it finds is found again.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn mutate(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut data = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(data.len() + 1);
            let end = (at + self.below(8)).min(data.len());
            match self.below(6) {
                0 if at < data.len() => data[at] ^= 1 << self.below(8),
                1 => drop(data.drain(at..end)),
                2 => drop(data.splice(at..end, TOKENS[self.below(TOKENS.len())].iter().copied())),
                3 => {
                    let again = data[at..end].repeat(1 + self.below(20));
                    drop(data.splice(at..at, again));
                }
                4 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len());
                    data.truncate(at);
                    data.extend_from_slice(&other[from..]);
                }
                _ => data.insert(at, self.below(256) as u8),
            }
        }
        data
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[track_caller]
fn replay(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let (site, seeds) = (Site::new(), corpus(name));
    assert!(seeds.len() > 4, "a corpus of {}", seeds.len());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mutated = (0..MUTATIONS).map(|_| random.mutate(&seeds)).collect::<Vec<_>>();
    for data in seeds.iter().chain(&mutated) {
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(&site, data)));
        assert!(
            ran.is_ok(),
            "{name}: {:?}; put it into tests/fuzz/corpus",
            data.escape_ascii().to_string()
        );
    }
}

#[test]
fn lines() {
    replay("line");
}

#[test]
fn texts() {
    replay("text");
}

#[test]
fn headers() {
    replay("header");
}

#[test]
fn uris() {
    replay("uri");
}

#[test]
fn sse_paths() {
    replay("sse_path");
}

#[test]
fn states() {
    replay("state");
}

#[test]
fn cursors() {
    replay("cursor");
}
