//! Where we are: the repository, and the folder that takes everything we build.

use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::step::Failure;

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Cargo's word for it: `CARGO_TARGET_DIR` and `build.target-dir` count.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self, Failure> {
        let manifest_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest_folder.parent().unwrap_or(manifest_folder).to_path_buf();
        let command = Command::cargo(&root, "metadata --no-deps --format-version 1");
        let metadata = command.quiet()?.concat();
        let target = string_after(&metadata, "\"target_directory\":\"");
        let target = target.ok_or_else(|| command.failed("cargo does not say where it builds"))?;
        Ok(Self { root, target: target.into() })
    }

    /// A cargo command at the root.
    pub(crate) fn cargo(&self, line: &str) -> Command {
        Command::cargo(&self.root, line)
    }
}

/// The JSON string that follows `key`; of the escapes only the two a path can need.
fn string_after(json: &str, key: &str) -> Option<String> {
    let start = json.find(key)? + key.len();
    let mut text = String::new();
    let mut characters = json[start..].chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_json_string() {
        let json = r#"{"a":1,"target_directory":"C:\\x \"y\"","b":"z"}"#;
        assert_eq!(string_after(json, "\"target_directory\":\"").as_deref(), Some(r#"C:\x "y""#));
        assert_eq!(string_after(json, "\"missing\":\""), None);
    }

    #[test]
    fn finds_this_repository() {
        let workspace = Workspace::find().expect("a workspace");
        assert!(workspace.root.join("mcp-runtime/Cargo.toml").is_file());
        assert!(workspace.target.is_absolute());
    }
}
