//! Secrets that stand in files.

use std::fs;

use crate::process::Process;

fn started(variables: &[(&str, &str)]) -> (bool, String) {
    let mut process = Process::start_with(&["--transport", "stdio"], variables);
    drop(process.ends());
    let (status, lines) = process.printed();
    (status.success(), lines.join("\n"))
}

#[test]
fn a_state_key_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (new, old) = ("0f".repeat(32), "f0".repeat(32));
    let good = path("good", &format!("{new}\n\n  {old}\r\n"));
    assert!(started(&[("MCP_STATE_KEY_FILE", &good)]).0);

    let wrong = path("wrong", "hunter2\n");
    let (ok, said) = started(&[("MCP_STATE_KEY_FILE", &wrong)]);
    assert!(!ok && said.contains("64 hex digits") && !said.contains("hunter2"), "{said}");
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    let (ok, said) = started(&[("MCP_STATE_KEY_FILE", &missing)]);
    assert!(!ok && said.contains("MCP_STATE_KEY_FILE") && said.contains(&missing), "{said}");
    let (ok, said) = started(&[("MCP_STATE_KEY_FILE", &path("empty", "\n"))]);
    assert!(!ok && said.contains("it is empty"), "{said}");
    let large = path("large", &format!("{new}\n").repeat(1100));
    let (ok, said) = started(&[("MCP_STATE_KEY_FILE", &large)]);
    assert!(!ok && said.contains("65536 bytes"), "{said}");
    let (ok, said) = started(&[("MCP_STATE_KEY_FILE", &good), ("MCP_STATE_KEY", &new)]);
    assert!(!ok && said.contains("take one away"), "{said}");
}
