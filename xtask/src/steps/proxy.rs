//! Our servers behind nginx: the system's, or Debian's.

use crate::debian;
use crate::step::{Failure, Outcome};
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<Outcome, Failure> {
    let nginx = match debian::find(workspace, "usr/sbin/nginx", "-v") {
        Ok(nginx) => nginx,
        Err(why) => return Ok(Outcome::NotRun(format!("no nginx: {why}"))),
    };
    workspace
        .cargo("test --workspace --test it -- proxy:: --ignored")
        .env("MCP_TEST_NGINX", nginx.to_string_lossy())
        .run()?;
    Ok(Outcome::Passed(nginx.display().to_string()))
}
