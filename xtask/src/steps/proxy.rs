//! Our servers behind nginx: the system's, or Debian's package unpacked under the target folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Command;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let nginx = match find(workspace) {
        Ok(nginx) => nginx,
        Err(why) => return Ok(Outcome::NotRun(format!("no nginx: {why}"))),
    };
    workspace
        .cargo("test --workspace --test it -- proxy:: --ignored")
        .env("MCP_TEST_NGINX", nginx.to_string_lossy())
        .run()?;
    Ok(Outcome::Passed(nginx.display().to_string()))
}

/// Where nginx is, after it was fetched if need be.
fn find(workspace: &Workspace) -> Result<PathBuf, String> {
    let folder = workspace.target.join("nginx");
    let unpacked = folder.join("root/usr/sbin/nginx");
    let there = |program: &Path| Command::new(program, &workspace.root).args(["-v"]).works();
    if let Some(known) = [PathBuf::from("nginx"), unpacked.clone()].into_iter().find(|at| there(at))
    {
        return Ok(known);
    }
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    // Unpacked and not installed: that needs no root, and changes nothing of the system.
    Command::new("apt-get", &folder)
        .args(["download", "nginx"])
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
    if there(&unpacked) { Ok(unpacked) } else { Err("the one of the package does not run".into()) }
}
