//! A program of Debian's, unpacked under the target folder: that needs no root, and changes nothing of the system.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::workspace::Workspace;

/// Where `program`, a path within a package of the same name, is: the system's, or one that was fetched.
///
/// `version` is the argument by which it says that it runs.
pub(crate) fn find(workspace: &Workspace, program: &str, version: &str) -> Result<PathBuf, String> {
    let name = program.rsplit('/').next().unwrap_or(program);
    let folder = workspace.target.join(name);
    let unpacked = folder.join("root").join(program);
    let runs = |program: &Path| Command::new(program, &workspace.root).args([version]).works();
    if let Some(known) = [PathBuf::from(name), unpacked.clone()].into_iter().find(|at| runs(at)) {
        return Ok(known);
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    Command::new("apt-get", &folder)
        .args(["download", name])
        .run()
        .map_err(|failure| failure.to_string())?;
    let package = fs::read_dir(&folder)
        .map_err(|error| error.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .ok_or("apt-get downloaded no package")?;
    Command::new("dpkg", &folder)
        .args(["-x", &package.to_string_lossy(), "root"])
        .run()
        .map_err(|failure| failure.to_string())?;
    if runs(&unpacked) { Ok(unpacked) } else { Err("the one of the package does not run".into()) }
}
