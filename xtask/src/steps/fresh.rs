//! What a newcomer does: a new project, one dependency, the README's program. It has to build and to answer.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

/// Far above what it takes; a server that hangs must not hang us.
const PATIENCE: Duration = Duration::from_secs(60);

const CONVERSATION: &str = concat!(
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"fresh","version":"1"}}}"#,
    "\n",
    r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    "\n",
    r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":2,"b":40}}}"#,
    "\n",
);

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let project = workspace.target.join("fresh-project");
    write_project(workspace, &project).map_err(|error| {
        Failure::new(format!("{} cannot be written: {error}", project.display()))
    })?;
    build(workspace, &project)?;
    let program = workspace
        .target
        .join("debug")
        .join(format!("fresh-project{}", std::env::consts::EXE_SUFFIX));
    let replies = converse(&program)?;
    check(&replies)
        .map_err(|problem| Failure::new(format!("{}: {problem}\n{replies}", program.display())))?;
    flag_of_a_feature(&program)?;
    Ok(Outcome::Passed("2 + 40 = 42 over stdio".into()))
}

/// A feature that is off has flags all the same, which say how to have it.
fn flag_of_a_feature(program: &Path) -> Result<(), Failure> {
    let line = ["--transport", "http", "--port", "0", "--tls-cert", "c.pem", "--tls-key", "k.pem"];
    let failed =
        |what: String| Failure::new(format!("{} {}: {what}", program.display(), line.join(" ")));
    let ended = std::process::Command::new(program)
        .args(line)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    let said = String::from_utf8_lossy(&ended.stderr);
    if ended.status.code() == Some(1)
        && said.contains("feature `tls`")
        && said.contains("Cargo.toml")
    {
        return Ok(());
    }
    Err(failed(format!("{}, and does not say what is missing: {said}", ended.status)))
}

fn write_project(workspace: &Workspace, project: &Path) -> std::io::Result<()> {
    fs::create_dir_all(project.join("src"))?;
    fs::write(project.join("Cargo.toml"), manifest(&workspace.root.join("mcp-runtime")))?;
    fs::copy(workspace.root.join("examples/hello.rs"), project.join("src/main.rs"))?;
    // The versions we test with; cargo drops what is not needed.
    fs::copy(workspace.root.join("Cargo.lock"), project.join("Cargo.lock"))?;
    Ok(())
}

fn manifest(runtime: &Path) -> String {
    let path = runtime.to_string_lossy().replace('\\', "/");
    // A workspace of its own, so that no Cargo.toml above it takes part.
    format!(
        "[package]\nname = \"fresh-project\"\nversion = \"7.8.9\"\nedition = \"2024\"\n\n\
         [dependencies]\nmcp-runtime = {{ path = \"{path}\" }}\n\n[workspace]\n"
    )
}

fn build(workspace: &Workspace, project: &Path) -> Result<(), Failure> {
    // Our target folder, and our profile's one setting: the dependencies are compiled already.
    Command::cargo(project, "build --manifest-path")
        .args([project.join("Cargo.toml").to_string_lossy()])
        .env("CARGO_TARGET_DIR", workspace.target.to_string_lossy())
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .run()
}

/// Says everything, closes stdin, and returns what came back: a server answers what it has read, then ends.
fn converse(program: &PathBuf) -> Result<String, Failure> {
    let failed = |what: String| Failure::new(format!("{}: {what}", program.display()));
    println!("$ {} < initialize, tools/call", program.display());
    let mut child = std::process::Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("does not start: {error}")))?;
    let replies = exchange(&mut child);
    // After a timeout it still runs; otherwise this is a no-op on a process that has ended.
    let ended =
        if replies.is_ok() { child.wait() } else { child.kill().and_then(|()| child.wait()) };
    let replies = replies.map_err(failed)?;
    match ended {
        Ok(status) if status.success() => Ok(replies),
        Ok(status) => Err(failed(format!("{status} at the end of its input\n{replies}"))),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn exchange(child: &mut Child) -> Result<String, String> {
    let mut stdin = child.stdin.take().ok_or("no stdin")?;
    let mut stdout = child.stdout.take().ok_or("no stdout")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        let read = stdout.read_to_string(&mut text).map(|_| text);
        // The receiver is gone after a timeout; then nobody wants the text.
        let _ = sender.send(read);
    });
    stdin.write_all(CONVERSATION.as_bytes()).map_err(|error| format!("does not read: {error}"))?;
    drop(stdin);
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(format!("its stdout cannot be read: {error}")),
        Err(_) => Err(format!("still runs {} s after the end of its input", PATIENCE.as_secs())),
    }
}

fn check(replies: &str) -> Result<(), String> {
    let lines: Vec<&str> = replies.lines().collect();
    if lines.len() != 2 {
        return Err(format!("two replies expected, {} lines came", lines.len()));
    }
    for (id, wanted) in [
        (1, r#""protocolVersion":"2025-11-25""#),
        (1, r#""name":"fresh-project""#),
        (1, r#""version":"7.8.9""#),
        (2, r#""structuredContent":{"result":42}"#),
        (2, r#""text":"42""#),
    ] {
        let id_member = format!("\"id\":{id}");
        let reply = lines
            .iter()
            .find(|line| line.contains(&id_member))
            .ok_or(format!("no reply to request {id}"))?;
        if !reply.contains(wanted) {
            return Err(format!("the reply to request {id} lacks {wanted}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INITIALIZED: &str = r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"name":"fresh-project","version":"7.8.9"}}}"#;
    const CALLED: &str = r#"{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"42"}],"structuredContent":{"result":42}}}"#;

    #[test]
    fn the_right_replies_pass_in_any_order() {
        assert_eq!(check(&format!("{INITIALIZED}\n{CALLED}\n")), Ok(()));
        assert_eq!(check(&format!("{CALLED}\n{INITIALIZED}\n")), Ok(()));
    }

    #[test]
    fn the_wrong_ones_are_told_apart() {
        let says = |replies: String| check(&replies).err().unwrap_or_default();
        assert!(says(String::new()).contains("0 lines"));
        assert!(says(format!("{INITIALIZED}\n{INITIALIZED}")).contains("no reply to request 2"));
        assert!(says(format!("{INITIALIZED}\n{}", CALLED.replace("42", "41"))).contains("lacks"));
        assert!(
            says(format!("{}\n{CALLED}", INITIALIZED.replace("7.8.9", "0.1.0"))).contains("7.8.9")
        );
    }

    #[test]
    fn the_project_has_one_dependency() {
        let text = manifest(Path::new("/somewhere/mcp-runtime"));
        let (_, dependencies) = text.split_once("[dependencies]\n").expect("a table");
        assert_eq!(
            dependencies.trim_end(),
            "mcp-runtime = { path = \"/somewhere/mcp-runtime\" }\n\n[workspace]"
        );
    }
}
