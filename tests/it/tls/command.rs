//! What the command line makes of the flags, and says to who reads the terminal.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use super::*;

/// A server in a process of its own.
fn start(transport: &str, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_asking-fixture"))
        .args(["--transport", transport, "--port", "0"])
        .args(arguments)
        .kill_on_drop(true)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn the_urls_that_clients_need_are_printed() {
    let pair = Pair::new();
    let (certificate, key) = (pair.certificate(), pair.key());
    let secure = ["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let by = |url: &'static str| ["--public-url", url, "--with-sse"];
    for (transport, arguments, printed) in [
        ("http", &secure[..], &["listening on https://127.0.0.1:*/mcp"][..]),
        (
            "http",
            &by("https://example.com/tools/mcp"),
            &[
                "listening on http://127.0.0.1:*/mcp",
                "listening on http://127.0.0.1:*/sse",
                "clients come by https://example.com/tools/mcp",
                "clients come by https://example.com/tools/sse",
            ],
        ),
        (
            "sse",
            &["--public-url", "https://example.com/x/sse"],
            &["listening on http://127.0.0.1:*/sse", "clients come by https://example.com/x/sse"],
        ),
    ] {
        let mut child = start(transport, arguments);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        for wanted in printed {
            let line = patient(lines.next_line()).await.unwrap().unwrap();
            let (before, behind) = wanted.split_once('*').unwrap_or((wanted, ""));
            assert!(line.starts_with(before) && line.ends_with(behind), "{line}");
        }
    }
}

#[tokio::test]
async fn a_wrong_flag_ends_the_program_with_one_line() {
    for (arguments, says) in [
        (&["--public-url", "example.com"][..], "as in `https://example.com/mcp`"),
        (&["--public-url", "https://a.example/b", "--with-sse"], "does not end in /mcp"),
        (&["--trust-proxy", "10.0.0.0/64"], "as in `10.0.0.0/8`"),
        (&["--tls-cert", "c.pem"], "--tls-key"),
        (&["--tls-key", "k.pem"], "--tls-cert"),
        (&["--tls-cert", "none.pem", "--tls-key", "none.pem"], "--tls-cert none.pem: No such file"),
    ] {
        let mut child = start("http", arguments);
        let mut said = String::new();
        patient(child.stderr.take().unwrap().read_to_string(&mut said)).await.unwrap();
        assert_eq!(patient(child.wait()).await.unwrap().code(), Some(1));
        assert!(said.starts_with("error: ") && said.contains(says), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
