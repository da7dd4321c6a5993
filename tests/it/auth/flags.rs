//! The same by flags, on a whole program: nothing of it is code.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::http::{initialize, request};
use crate::raw::Connection;

const TOKEN: &str = "a-secret-0123456789abcdef";
const OTHER: &str = "another-secret-0123456789";

fn program(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fixture"));
    command.args(["--transport", "http", "--port", "0"]).args(flags);
    command.env("ADA", TOKEN).env_remove("NOT_THERE").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// What a program that does not start says.
fn refusal(flags: &[&str]) -> String {
    let output = program(flags).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{flags:?} {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn flags_that_do_not_go_together_are_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, format!("# ours\nada {TOKEN}\nbob short\n")).unwrap();
    let path = file.path().to_str().unwrap();
    for (flags, what) in [
        (&["--auth-issuer", "https://id.example"][..], "add --auth-audience"),
        (&["--auth-audience", "https://mcp.example"], "add --auth-issuer"),
        (
            &["--auth-token-env", "NOT_THERE"],
            "--auth-token-env NOT_THERE: the environment variable",
        ),
        (&["--auth-token-env", TOKEN], "--auth-token-env NAME: the environment variable"),
        (&["--auth-token-file", "/not/there"], "--auth-token-file /not/there: No such file"),
        (&["--auth-token-file", path], "line 3: the token `bob` has fewer than 16 characters"),
        (&["--auth-scope", "files:read"], "nobody could ever call"),
        (&["--auth-client-id", "mcp"], "go together"),
        (&["--auth-token-env", "ADA,ADA"], "is another's too"),
        (
            &[
                "--auth-issuer=https://id.example",
                "--auth-audience=https://mcp.example/mcp",
                "--path=/.well-known/oauth-protected-resource/mcp",
            ],
            "clients learn there where tokens come from; choose another",
        ),
    ] {
        let said = refusal(flags);
        assert!(said.contains(what) && said.starts_with("error: "), "{flags:?}: {said}");
        assert!(!said.contains(TOKEN) && !said.contains("short"), "{said}");
    }
}

/// A program that serves; ends with the value.
struct Serving {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    address: SocketAddr,
}

impl Serving {
    fn start(flags: &[&str]) -> Self {
        let mut child = program(flags).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut serving = Self { child, stderr, address: ([0; 4], 0).into() };
        let mut line = String::new();
        while !line.starts_with("listening on ") {
            line.clear();
            let read = serving.stderr.read_line(&mut line).unwrap();
            assert_ne!(read, 0, "it ended before it listened");
        }
        let (_, url) = line.split_once("http://").unwrap();
        serving.address = url.split('/').next().unwrap().parse().unwrap();
        serving
    }

    /// Ends it; all that it has said.
    fn end(&mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        said
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn no_token_is_ever_logged() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, format!("bob {OTHER} files:read\n")).unwrap();
    let path = file.path().to_str().unwrap();
    let flags = ["--auth-token-env", "ADA", "--auth-token-file", path, "--log-level", "trace"];
    let mut serving = Serving::start(&flags);
    let mut connection = Connection::open(serving.address).await;
    for (token, status) in [(TOKEN, 200), (OTHER, 200), ("wrong-secret-0123456789", 401)] {
        let authorization = ("Authorization", &*format!("Bearer {token}"));
        let opened = connection.post(&[authorization], &initialize("2025-11-25")).await;
        assert_eq!(opened.status(), status, "{token}");
        if let Some(session) = opened.header("mcp-session-id") {
            let headers = [authorization, ("Mcp-Session-Id", session)];
            let list = request(1, "tools/list", json!({}));
            assert_eq!(connection.post(&headers, &list).await.status(), 200);
        }
    }
    assert_eq!(connection.post(&[], &initialize("2025-11-25")).await.status(), 401);
    let said = serving.end();
    assert!(said.contains("session opened"), "it logs: {said}");
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn an_access_line_says_who_called() {
    let mut serving = Serving::start(&["--auth-token-env", "ADA", "--access-log"]);
    let mut connection = Connection::open(serving.address).await;
    let authorization = ("Authorization", &*format!("Bearer {TOKEN}"));
    let opened = connection.post(&[authorization], &initialize("2025-11-25")).await;
    let session = opened.header("mcp-session-id").unwrap();
    let list = request(1, "tools/list", json!({}));
    let headers = [authorization, ("Mcp-Session-Id", session)];
    assert_eq!(connection.post(&headers, &list).await.status(), 200);
    let said = serving.end();
    for method in ["initialize", "tools/list"] {
        let by_ada = format!("method=\"{method}\" principal=\"ADA\"");
        assert!(said.contains(&by_ada), "{said}");
    }
}
