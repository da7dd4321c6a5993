use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::server::{Error, Server};

/// Writes the manifest, ended by a line break, to a file or stdout.
pub(super) fn write<A: 'static>(server: &Server<A>, output: Option<&Path>) -> Result<(), Error> {
    let text = format!("{:#}\n", server.manifest()?);
    let written = match output {
        Some(path) => fs::write(path, &text),
        None => io::stdout().write_all(text.as_bytes()),
    };
    written.map_err(|error| match output {
        Some(path) => Error::one(format!("cannot write {}: {error}", path.display())),
        None => Error::one(format!("cannot write to stdout: {error}")),
    })
}
